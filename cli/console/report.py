"""The report of a search: one HTML file that needs nothing beside it, or Markdown without pictures."""

import base64
import hashlib
import re
from importlib.resources import files

from activities.home import Home
from cli.console.candidate_view import CandidateView, view_candidate
from cli.console.pages import make_templates
from cli.console.patch import read_patch
from cli.console.search_view import SearchView, view_search
from cli.console.shelf import Shelf
from search.value import Value

MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|#])")
METHOD = (
    "Time is taken by the load generator, outside the sandbox in which candidates run without a network. Tokens are counted from "
    "ids that were verified, never from what a server says about itself.",
    "A candidate is right when the reference (transformers in fp32), fed the candidate's own tokens, finds each greedy token to be "
    "its best within a margin that follows from its own precision noise, or stays within the stated loss where the policy is "
    "`bounded`. Hidden requests check that first, and a sample of the timed answers is checked too.",
    "A candidate is faster when, over interleaved pairs with the champion on one leased device, in random order, with equal "
    "requests and fresh servers, the interval of the median ratio lies above 1 by more than the machine's noise, and the win holds "
    "on held-out seeds. Pairs that the machine spoiled count for nothing and are shown.",
    "The figure at the top is the champion against the starter: measured directly when the search ended after several promotions, "
    "else along the chain of confirmed duels. A ratio of a single candidate is always against the champion of its time.",
)


class Report(Value):
    """A search in both forms."""

    search: str
    html: str
    markdown: str


def write_report(home: Home, search: str) -> Report:
    """Reads the ledger alone; Misuse when there is no such search."""
    shelf = Shelf(home)
    tale = shelf.tale(search)
    view = view_search(tale, home, link=lambda number: f"#candidate-{number}")
    stories = [view_candidate(tale, chapter) for chapter in tale.chapters]
    return Report(search=search, html=_html(shelf, view, stories), markdown=_markdown(view, stories))


def _html(shelf: Shelf, view: SearchView, stories: list[CandidateView]) -> str:
    style = (files("cli.console") / "static" / "console.css").read_text(encoding="utf-8")
    digest = f"sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}"
    ledger, trees = shelf.ledger(), {entry.number: entry.source.tree for entry in view.tale.entries}
    champion = view.headline.champion
    patch = read_patch(ledger.diff(trees[0], trees[champion])) if ledger and champion else ()
    template = make_templates().get_template("report.html")
    return template.render(view=view, stories=stories, style=style, digest=digest, patch=patch, method=METHOD)


def _markdown(view: SearchView, stories: list[CandidateView]) -> str:
    templates = make_templates()
    templates.autoescape = False
    templates.filters["plain"] = _plain
    return templates.get_template("report.md").render(view=view, stories=stories, method=METHOD).lstrip()


def _plain(text: str) -> str:
    """Text that Markdown takes as it stands, on one line."""
    return MARKDOWN.sub(r"\\\1", " ".join(str(text).split()))
