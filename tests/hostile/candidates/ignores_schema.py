"""Takes a schema and answers as if there were none."""

import honest
import routes

read = routes.read_chat


def careless(body, tokenizer, limits):
    return read({name: value for name, value in body.items() if name != "response_format"}, tokenizer, limits)


routes.read_chat = careless
honest.main()
