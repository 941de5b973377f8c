"""Takes a schema and answers as if there were none."""

import honest
import routes

read = routes.read_chat


def careless(body, tokenizer, limits):
    if isinstance(body, dict):
        body.pop("response_format", None)
    return read(body, tokenizer, limits)


routes.read_chat = careless
honest.main()
