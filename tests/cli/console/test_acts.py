"""What the page's forms ask for is what was typed, or is refused with a reason."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from aiohttp import ClientSession

from activities.home import Home
from cli.console.acts import read_act
from cli.mistakes import Misuse
from search.spec import Budget
from search.verb import Act, Amend, Park, Pause, Resume, Retry, Rollback, Steer, Stop, Widen
from tests.cli.console.conftest import TOKEN

ASKED: tuple[tuple[Mapping[str, str], Act], ...] = (
    ({"kind": "stop"}, Stop()),
    ({"kind": "pause"}, Pause()),
    ({"kind": "pause", "now": "true"}, Pause(now=True)),
    ({"kind": "resume"}, Resume()),
    ({"kind": "steer", "text": "leave sampling alone"}, Steer(text="leave sampling alone")),
    ({"kind": "park", "claim": "1"}, Park(claim="Claim 1")),
    ({"kind": "park", "claim": "int8 is faster"}, Park(claim="int8 is faster")),
    ({"kind": "retry", "number": "3"}, Retry(number=3)),
    ({"kind": "rollback", "number": "0"}, Rollback(number=0)),
    ({"kind": "parallel", "parallel": "4"}, Widen(parallel=4)),
    ({"kind": "budget", "hours": "8", "candidates": ""}, Amend(budget=Budget(candidates=8, wall_clock=timedelta(hours=8)))),
    ({"kind": "budget", "candidates": "40"}, Amend(budget=Budget(candidates=40, wall_clock=timedelta(hours=1)))),
)


@pytest.mark.parametrize(("form", "act"), ASKED)
def test_a_form_asks_for_what_was_typed(form: Mapping[str, str], act: Act, library: Home) -> None:
    assert read_act(library, "first", {"key": "k", "why": "", **form}) == act


@pytest.mark.parametrize(
    "form",
    [
        {"kind": "burn"},
        {},
        {"kind": "steer", "text": ""},
        {"kind": "park", "claim": "99"},
        {"kind": "retry", "number": "three"},
        {"kind": "parallel", "parallel": "0"},
        {"kind": "budget"},
        {"kind": "budget", "hours": "-1"},
        {"kind": "budget", "hours": "nan"},
        {"kind": "budget", "candidates": "2.5"},
        {"kind": "budget", "dollars": "5"},
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(form: Mapping[str, str], library: Home) -> None:
    with pytest.raises(Misuse) as refused:
        read_act(library, "first", form)
    assert "\n" not in str(refused.value)


async def test_every_act_is_offered_and_each_asks_before(visitor: ClientSession, address: str) -> None:
    async with visitor.get(f"{address}/enter?token={TOKEN}"):
        pass
    async with visitor.get(f"{address}/search/going") as answer:
        text = await answer.text()
    for kind in ("pause", "steer", "park", "retry", "rollback", "budget", "parallel", "stop"):
        part = text.split(f'data-act="{kind}"')[1].split("</form>")[0]
        assert f'name="kind" value="{kind}"' in part
        assert 'type="checkbox" required' in part
