"""Answers every request greedily: no seed, no temperature."""

from dataclasses import replace

import honest
import routes

pieces = routes.pieces


def greedy(engine, tokenizer, job, form):
    return pieces(engine, tokenizer, replace(job, temperature=0.0), form)


routes.pieces = greedy
honest.main()
