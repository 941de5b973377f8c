"""A comparison measures the rivals that can be measured, says why the others cannot, and stands on a candidate that is right."""

import sys
from pathlib import Path

import pytest

from activities.evaluation.ground import Ground
from activities.evaluation.rivals.comparison import Comparison, OursFailed, compare
from activities.evaluation.rivals.conversion import converted_folder
from activities.evaluation.rivals.declaration import Entrant, Precision, Search
from activities.evaluation.rivals.place import Place
from tests.activities.evaluation.rivals.conftest import Declare
from tests.conftest import Start

pytestmark = pytest.mark.alone


@pytest.fixture(autouse=True)
def little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other work on this machine may spoil every pair of these tests."""
    monkeypatch.setattr("activities.evaluation.rivals.comparison.MOST_VOID", 2)


async def run(
    ground: Ground, start: Start, entrants: list[Entrant], folder: Path, *, ours: str = "honest_bursts", pairs: int = 1
) -> Comparison:
    """On the model `tiny`."""
    return await compare(ground, start(ours), entrants, rivals_folder=folder, title="ours", pairs=pairs, seed=3)


async def test_one_that_is_missing_and_one_that_dies_do_not_keep_the_others_from_being_measured(
    strict: Ground, start: Start, declare: Declare, tmp_path: Path
) -> None:
    missing = declare("absent", search=Search(program="no-such-engine"), install="install into {environment}")
    compared = await run(strict, start, [missing, declare("dies"), declare("honest")], tmp_path)
    absent, dead, honest = compared.standings
    assert (absent.meetings, absent.install) == ((), f"install into {tmp_path / 'absent'}")
    assert "no fuel" in (dead.problem or "")
    assert honest.problem is None or "noisy" in honest.problem
    assert honest.agreement and honest.agreement.verified
    assert len({*compared.seeds}) == len(compared.seeds) >= 3


async def test_both_arms_of_a_pair_have_the_same_requests_and_pairs_have_others(
    strict: Ground, start: Start, declare: Declare, tmp_path: Path
) -> None:
    standing = (await run(strict, start, [declare("canned")], tmp_path, pairs=2)).standings[0]
    assert len({meeting.seed for meeting in standing.meetings}) == len(standing.meetings) >= 2
    assert standing.agreement and not standing.agreement.recognisable
    if standing.ratio is not None:
        assert standing.ratio < 1, "an engine without a model is faster"
        assert standing.agreement.answers > 4, "the samples of all its arms are put together"


async def test_a_candidate_that_answers_wrongly_is_compared_with_nothing(
    strict: Ground, start: Start, declare: Declare, tmp_path: Path
) -> None:
    with pytest.raises(OursFailed, match=r"sampled timed answers are wrong|requests failed"):
        await run(strict, start, [declare("honest")], tmp_path, ours="fewer_layers")


async def test_a_rival_for_another_target_is_not_started(strict: Ground, start: Start, declare: Declare, tmp_path: Path) -> None:
    standing = (await run(strict, start, [declare("honest", targets=("cuda",))], tmp_path)).standings[0]
    assert standing.problem == "it does not run on cpu"


async def test_weights_are_converted_once_and_a_failed_conversion_leaves_nothing(
    strict: Ground, start: Start, declare: Declare, tmp_path: Path
) -> None:
    once = "import pathlib, sys; pathlib.Path(sys.argv[1], 'weights').write_text('converted'); sys.exit(int(sys.argv[2]))"
    broken = converting(declare("dies"), (sys.executable, "-c", once, "{converted}", "3"))
    whole = converting(declare("dies"), (sys.executable, "-c", once, "{converted}", "0"))
    place = Place(environment=tmp_path, version="")
    standing = (await run(strict, start, [broken, whole], tmp_path)).standings
    assert "its weights cannot be converted" in (standing[0].problem or "") and "code 3" in (standing[0].problem or "")
    assert not converted_folder(broken, place, strict.checkpoint, strict.home).exists()
    assert (converted_folder(whole, place, strict.checkpoint, strict.home) / "weights").read_text() == "converted"


def converting(entrant: Entrant, command: tuple[str, ...]) -> Entrant:
    """The rival with a conversion."""
    return entrant.model_copy(update={"precision": Precision(weights="fp32", exact=True, convert=(command,))})
