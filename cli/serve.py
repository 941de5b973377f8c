"""`vibeserve serve`: run a champion, or any candidate's folder, for real clients."""

import asyncio
import signal
from typing import Annotated

import typer

from activities.evaluation.server import Server, ServerFailed, serving
from activities.home import Home
from cli.completion import searches
from cli.mistakes import Failed
from cli.options import Target
from cli.output import result, say
from cli.proxy import HOST, check_port, proxying
from cli.servable import Servable, find_servable, prepare_launch
from cli.settings import find_home

LOOK_SECONDS = 0.5


def serve(
    what: Annotated[
        str,
        typer.Argument(
            metavar="NAME|DIR", help="A search, whose champion is served, or a folder.", show_default=False, autocompletion=searches
        ),
    ],
    port: Annotated[int, typer.Option(min=0, max=65535, help="TCP port on 127.0.0.1; 0 takes a free one.")] = 8000,
    candidate: Annotated[int | None, typer.Option(min=0, help="Serve this candidate of the search.", show_default="champion")] = None,
    model: Annotated[str | None, typer.Option(help="What the folder serves.", show_default="small, or the search's")] = None,
    scenario: Annotated[str, typer.Option(help="Whose limits hold for a folder.")] = "chat",
    target: Target = "cpu",
) -> None:
    """Serve a champion, or a folder, for real clients.

    It answers on a port of this machine until Ctrl-C, in the same sandbox in which it was judged. OpenAI's clients work
    against it; the address is printed when it answers.

    \b
    Examples:
      vibeserve serve first --port 8000
      vibeserve serve ./my-server --model tiny
      curl http://127.0.0.1:8000/v1/completions -H 'content-type: application/json' -d '{"prompt": "one two", "max_tokens": 8}'
    """
    home = find_home()
    check_port(port)
    servable = find_servable(home, what, candidate=candidate, model=model, scenario=scenario, target=target)
    try:
        asyncio.run(_serve(home, servable, port))
    except (KeyboardInterrupt, asyncio.CancelledError):
        say("stopped")


async def _serve(home: Home, servable: Servable, port: int) -> None:
    _stop_on_sigterm()
    launch = await prepare_launch(home, servable)
    say(f"starting {servable.title} with the model {servable.model}")
    try:
        async with serving(launch, runs=home.runs, lease=None) as server, proxying(server.socket, port) as bound:
            say(f"ready after {server.start_seconds:.1f} s; Ctrl-C stops it. For OpenAI's client:")
            result.print(f"http://{HOST}:{bound}/v1", soft_wrap=True)
            result.file.flush()
            raise Failed(f"{servable.title} ended: {await _ending(server)}")
    except ServerFailed as error:
        if error.log:
            say(error.log.rstrip())
        raise Failed(f"{servable.title} does not serve: {error.reason}") from None


async def _ending(server: Server) -> str:
    """Wait until the server has ended; how it did."""
    while True:
        ending = server.gone()
        if ending is not None:
            return ending
        await asyncio.sleep(LOOK_SECONDS)


def _stop_on_sigterm() -> None:
    """End as by Ctrl-C, so that nothing of the server is left."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
