"""Ignores max_tokens and makes some more, to count more."""

from dataclasses import replace

import honest
import routes

pieces = routes.pieces


def longer(engine, tokenizer, job, form):
    return pieces(engine, tokenizer, replace(job, max_tokens=job.max_tokens + 4), form)


routes.pieces = longer
honest.main()
