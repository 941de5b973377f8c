"""The declared rivals by name, and rivals that a person brings along as a command or an address."""

import shlex
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from activities.evaluation.rivals.declaration import Asking, Entrant, Precision, Rival, Search

DATA = Path(__file__).parent / "data"
BROUGHT = "command:"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class UnknownRival(ValueError):
    """No rival or precision of that name; the message lists the known ones."""


@cache
def rivals() -> Mapping[str, Rival]:
    """All declared rivals in order of name."""
    found = (Rival.model_validate(tomllib.loads(path.read_text())) for path in sorted(DATA.glob("*.toml")))
    return {rival.name: rival for rival in found}


def find_entrant(text: str) -> Entrant:
    """`NAME`, `NAME:PRECISION`, `command:COMMAND` or `command:URL`; raises `UnknownRival`."""
    if text.startswith(BROUGHT):
        return brought(text.removeprefix(BROUGHT).strip())
    name, _, precision = text.partition(":")
    if name not in rivals():
        raise UnknownRival(f"unknown rival {name!r}; known: {', '.join(rivals())}, and command:COMMAND or command:URL")
    rival = rivals()[name]
    chosen = precision or next(iter(rival.precisions))
    if chosen not in rival.precisions:
        raise UnknownRival(f"unknown precision {chosen!r} of {name}; known: {', '.join(rival.precisions)}")
    return Entrant(rival=rival, precision=rival.precisions[chosen], name=text.rstrip(":"))


def brought(text: str) -> Entrant:
    """Any OpenAI-compatible server: a command line with `{port}` and `{model}` in it, or the loopback address of one that runs."""
    if not text:
        raise UnknownRival("command: wants a command line with {port} in it, or a URL")
    url = _checked(text) if text.startswith(("http://", "https://")) else None
    if url is None and "{port}" not in text:
        raise UnknownRival(f"{text!r} has no {{port}}: the port is chosen by the harness")
    words = () if url else tuple(shlex.split(text))
    told = ("it counts its tokens itself, and its precision is not known", *(_OUTSIDE if url else ()))
    try:
        rival = Rival(
            name=text,
            title="brought along",
            documentation="",
            targets=("cpu", "cuda", "metal"),
            search=Search(program=words[0] if words else None),
            install="",
            start=words,
            ready="/v1/models",
            asking=Asking(
                model="{model}",
                omit=("return_token_ids",),
                add={"stream_options": {"include_usage": True}},
                token_ids=False,
                eos="generated",
            ),
            precisions={"": Precision(weights="unknown", exact=False)},
            caveats=told,
        )
    except ValidationError as error:
        raise UnknownRival(f"{text!r}: {error.errors()[0]['msg']}") from error
    return Entrant(rival=rival, precision=rival.precisions[""], name=f"{BROUGHT}{text}", url=url)


_OUTSIDE = ("it was started by somebody else: what it left in its caches and what it takes of the cores is not known",)


def _checked(url: str) -> str:
    host = urlsplit(url).hostname
    if host not in LOOPBACK:
        raise UnknownRival(f"{url} is not on this machine: a rival is measured on the same device ({', '.join(LOOPBACK)})")
    return url.rstrip("/").removesuffix("/v1")
