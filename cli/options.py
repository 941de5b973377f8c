"""Options that several commands take, each worded once."""

from typing import Annotated

import typer

from cli import completion
from search.policy import POLICIES

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document to stdout and nothing else.")]
Search = Annotated[
    str,
    typer.Argument(
        metavar="NAME", help="The search, as `vibeserve list` shows it.", show_default=False, autocompletion=completion.searches
    ),
]
Number = Annotated[
    int,
    typer.Argument(min=0, help="The candidate's number; 0 is the starter.", show_default=False, autocompletion=completion.candidates),
]
Scenario = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO",
        help="What is served, as `vibeserve scenario list` shows it.",
        show_default=False,
        autocompletion=completion.scenarios,
    ),
]
Target = Annotated[str, typer.Option(help="What it runs on, as `vibeserve target list` shows it.", autocompletion=completion.targets)]
Model = Annotated[
    str,
    typer.Option(help="A preset (tiny, small, full), a Hugging Face folder, or a hub name.", autocompletion=completion.models),
]
Correctness = Annotated[str, typer.Option(help="lossless, or bounded: a stated loss of precision is allowed.")]
Agent = Annotated[
    str,
    typer.Option(
        help="Who writes candidates: recipes (offline), openai:MODEL, openai:planner=A,implementer=B, external (`vibeserve work`), "
        "external:COMMAND.",
        autocompletion=completion.agents,
    ),
]
AgentNetwork = Annotated[bool, typer.Option("--agent-network", help="Let the COMMAND of external:COMMAND use the network.")]
Baseline = Annotated[
    str | None,
    typer.Option(
        help="Another policy, which searches after it at the same budget.", show_default=False, autocompletion=completion.policies
    ),
]
Notify = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME|URL",
        help="Tell of promotions, low budgets and the end: a receiver of `vibeserve notify list`, or a webhook's address, which only this "
        "home keeps; may be repeated.",
        show_default="nobody",
        autocompletion=completion.receivers,
    ),
]
Policy = Annotated[
    str | None,
    typer.Option(
        help=f"Who chooses what to try: {', '.join(sorted(POLICIES))}; with models planner, with external none.",
        show_default="bandit",
        autocompletion=completion.policies,
    ),
]
