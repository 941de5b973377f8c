"""`vibeserve down`: stop the engine of this home."""

from cli.embedded import inspect, take_down
from cli.output import say
from cli.settings import find_home


def down() -> None:
    """Stop the engine of this home.

    Nothing is lost: searches go on at the next `vibeserve up`.

    \b
    Example:
      vibeserve down
    """
    home = find_home()
    if not inspect(home).pids:
        say("nothing runs")
    take_down(home, say)
