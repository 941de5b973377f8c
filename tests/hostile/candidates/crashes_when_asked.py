"""Ends itself at the seventh request."""

import os

import honest
import routes

pieces, asked = routes.pieces, []


def fragile(engine, tokenizer, job, form):
    asked.append(job)
    if len(asked) == 7:
        os._exit(3)
    return pieces(engine, tokenizer, job, form)


routes.pieces = fragile
honest.main()
