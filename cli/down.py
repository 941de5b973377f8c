"""`vibeserve down`: stop the engine of this home."""

from cli.embedded import inspect, take_down
from cli.output import say
from cli.residence import end_page, find_page
from cli.settings import find_home


def down() -> None:
    """Stop the engine of this home.

    Nothing is lost: searches go on at the next `vibeserve up`.

    \b
    Example:
      vibeserve down
    """
    home = find_home()
    if not inspect(home).pids and find_page(home) is None:
        say("nothing runs")
    end_page(home, say)
    take_down(home, say)
