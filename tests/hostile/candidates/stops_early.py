"""Makes half of the tokens and says that the length is reached."""

from dataclasses import replace

import honest
import routes

pieces = routes.pieces


def early(engine, tokenizer, job, form):
    return pieces(engine, tokenizer, replace(job, max_tokens=(job.max_tokens + 1) // 2), form)


routes.pieces = early
honest.main()
