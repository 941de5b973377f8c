"""How a search ended, and what to type next."""

from rich.text import Text

from cli.output import result, say
from workflows.progress import Progress


def summarize(progress: Progress) -> None:
    """The result to stdout, the advice to stderr."""
    name, leader = progress.search, progress.leader
    text = Text.assemble((name, "bold cyan"), f": {progress.outcome or progress.phase}")
    if leader is None or leader.number == 0:
        text.append("\nthe starter is still the champion: nothing was proven to be faster")
    else:
        text.append(f"\n#{leader.number}: {leader.claim}")
    result.print(text, soft_wrap=True)
    say(f"next:  vibeserve history {name}")
    if leader is not None and leader.number > 0:
        say(f"       vibeserve show {name} {leader.number}")
        say(f"       vibeserve diff {name} 0 {leader.number}")
        say(f"       vibeserve serve {name} --port 8000")
