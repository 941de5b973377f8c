"""`vibeserve history`: the tree of a search's candidates, read from git alone."""

from rich.text import Text
from rich.tree import Tree

from activities.task import Conclusion
from cli.baseline import curve_table
from cli.chronicle import Chapter, Chronicle, read_chronicle
from cli.figures import bounds, day, ratio
from cli.lookup import open_ledger
from cli.options import Json, Search
from cli.output import print_json, result
from cli.settings import find_home

STYLES = {
    "promoted": "green",
    "baseline": "cyan",
    "not_better": "yellow",
    "undecided": "magenta",
    "rejected": "red",
    "demoted": "red",
    "running": "blue",
    "unfinished": "dim",
}


def history(name: Search, as_json: Json = False) -> None:
    """Draw the tree of a search's candidates.

    With verdict, ratio and its interval, pairs, hypothesis. It is read from git alone and needs no server.

    \b
    Examples:
      vibeserve history first
      vibeserve history first --json
    """
    chronicle = read_chronicle(open_ledger(find_home()), name)
    if as_json:
        print_json(chronicle)
    else:
        result.print(history_tree(chronicle))
        for review in chronicle.reviews:
            result.print(Text(f"{day(review.when)}  {review.told} (asked for by {review.author})"))
        for verb in chronicle.verbs:
            result.print(Text(f"{day(verb.when)}  {verb.sentence()}"))
        if chronicle.broken:
            result.print(Text(f"broke off: {chronicle.broken}", style="bold red"))
        elif chronicle.conclusion:
            result.print(ending(chronicle.conclusion))
        if chronicle.curves:
            result.print(curve_table(chronicle.curves))


def ending(conclusion: Conclusion) -> Text:
    """How the search ended."""
    text = Text(f"ended: {conclusion.reason}")
    if conclusion.champion == 0:
        return text.append("; nothing was proven to be faster than the starter")
    low, high = conclusion.interval.low, conclusion.interval.high
    return text.append(f"\nchampion #{conclusion.champion}: {ratio(conclusion.ratio)} the starter {bounds(low, high)}", style="bold green")


def history_tree(chronicle: Chronicle) -> Tree:
    """Candidates under the candidate that they were derived from."""
    spec = chronicle.spec
    about = f" · {spec.scenario} on {spec.target} · model {spec.model} · {spec.correctness}"
    tree = Tree(Text.assemble((chronicle.search, "bold cyan"), about))
    branches: dict[int, Tree] = {}
    for chapter in chronicle.chapters:
        above = tree if chapter.parent is None else branches.get(chapter.parent, tree)
        branches[chapter.number] = above.add(chapter_line(chapter))
    return tree


def chapter_line(chapter: Chapter) -> Text:
    """One candidate in one line, or two when a reason is worth it."""
    style = STYLES[chapter.state]
    line = Text.assemble((f"#{chapter.number} ", "bold"), (chapter.state.replace("_", " "), style))
    if chapter.ratio is not None and chapter.interval is not None:
        low, high = chapter.interval.low, chapter.interval.high
        line.append(f"  {ratio(chapter.ratio)} {bounds(low, high)} in {chapter.pairs} pairs", style="bold" if low > 1 else "")
    if chapter.limit_share is not None:
        line.append(f"  {chapter.limit_share:.0%} of the limit", style="dim")
    if chapter.version is not None and chapter.state != "baseline":
        line.append(f"  v{chapter.version}", style="green")
    if chapter.champion:
        line.append("  champion", style="bold green reverse")
    line.append(f"  {chapter.claim}")
    if chapter.state in ("rejected", "demoted") and chapter.stage:
        line.append(f"\n{chapter.stage}: {chapter.reason}", style="dim")
    elif chapter.reason:
        line.append(f"\n{chapter.reason}", style="dim")
    return line
