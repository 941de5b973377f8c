"""`vibeserve ui`: serve the web page of this home."""

from typing import Annotated

import typer

from cli.options import Json
from cli.output import print_json, result, say
from cli.residence import Residence, ensure_page
from cli.settings import find_home

PortOption = Annotated[
    int | None, typer.Option(min=1, max=65535, help="Where it listens.", show_default="the last one, or any that is free")
]
HostOption = Annotated[str, typer.Option(help="Address to listen on; beyond loopback even looking needs the token.")]


def ui(host: HostOption = "127.0.0.1", port: PortOption = None, as_json: Json = False) -> None:
    """Serve the web page of this home.

    It goes on in the background until `vibeserve down`, and needs no Temporal server: everything but what runs right now is read from git.
    The printed address holds the token that lets a browser act, for example stop a search. Keep it to yourself.

    \b
    Examples:
      vibeserve ui
      vibeserve ui --port 8400
      vibeserve ui --host 0.0.0.0 --port 8400
    """
    residence: Residence = ensure_page(find_home(), say, host=host, port=port)
    if as_json:
        print_json(residence)
    else:
        result.print(residence.entrance, soft_wrap=True)
