"""`vibeserve reproduce`: repeat a recorded evaluation from the ledger and say whether it holds."""

import asyncio
from collections.abc import Sequence

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from activities.evaluation.digest import evaluator_digest
from activities.evaluation.ground import Ground, opened_ground
from activities.home import Home
from activities.ledger.ledger import Ledger
from activities.reproduce import Evidence, Repetition, Reproduction
from activities.sandbox.requirement import require_sandbox
from cli.figures import interval, ratio
from cli.lookup import find_entry, open_ledger
from cli.mistakes import Misuse
from cli.options import Json, Number, Search
from cli.output import print_json, result, telling
from cli.pair_table import pair_table
from cli.settings import find_home
from search.record import Record
from search.review import Review
from search.standard import Standard
from search.succession import reigning

STYLES = {"holds": "green", "does_not_hold": "red", "cannot_tell": "magenta"}


def reproduce(name: Search, number: Number, as_json: Json = False) -> None:
    """Repeat a recorded evaluation and say whether it holds.

    The gates run again with their recorded seeds, the pairs of the duel with their seeds and orders against the champion of that time,
    all on this machine and without Temporal. Gates must end as they did. The new pairs must agree with the recorded ones within what
    chance explains (Student's two-sample interval at 99 %), and the verdict must follow from them alone. What judges otherwise than
    then is said. Exit code 1 when it does not hold, or cannot be told on a machine that is too noisy.

    \b
    Examples:
      vibeserve reproduce first 4
      vibeserve reproduce first 4 --json
    """
    home = find_home()
    ledger = open_ledger(home)
    find_entry(ledger, name, number)
    evidence = read_evidence(ledger, name, number)
    require_sandbox()
    found = asyncio.run(_repeat(home, ledger, evidence))
    if as_json:
        print_json(found)
    else:
        result.print(picture(found))
    if found.outcome != "holds":
        raise typer.Exit(1)


def read_evidence(ledger: Ledger, name: str, number: int) -> Evidence:
    """What is repeated; Misuse for a candidate without a verdict."""
    records = ledger.records(name)
    known = {record.number: record for record in records}
    if number not in known:
        raise Misuse(f"candidate {number} of {name} has no verdict yet: `vibeserve watch {name}` shows how far it is")
    record = known[number]
    against = opponent(record, records, ledger.reviews(name))
    return Evidence(
        search=name,
        record=record,
        against=against.number if against else None,
        champion=against.source if against else None,
        starter=known[0].source,
        tests=ledger.tests(name),
    )


def opponent(record: Record, records: Sequence[Record], reviews: Sequence[Review]) -> Record | None:
    """Whom it duelled: as the record tells, or who reigned when it ended; None when it duelled nobody."""
    if record.against is not None:
        return next(each for each in records if each.number == record.against)
    if not record.pairs:
        return None
    earlier = [each for each in records if (each.ended, each.number) < (record.ended, record.number)]
    return reigning(earlier, [review for review in reviews if review.ended < record.ended])


def picture(found: Reproduction) -> RenderableType:
    """The repetition for a person."""
    head = Text.assemble((found.outcome.replace("_", " "), f"bold {STYLES[found.outcome]}"), f": {found.reason}")
    parts: list[RenderableType] = [head]
    parts += [Text(f"not as then: {words}", style="yellow") for words in found.differences]
    if found.differences and found.outcome == "does_not_hold":
        parts.append(Text("so this does not refute the record: another judge, or another machine, may measure otherwise", style="yellow"))
    parts.append(_gates(found))
    if found.pairs:
        parts.append(pair_table(f"the same pairs against candidate {found.against}, measured again", found.pairs))
    if agreement := found.agreement:
        recorded = f"recorded {ratio(agreement.recorded_ratio)} {interval(agreement.recorded_interval)}"
        again = f"again {ratio(agreement.ratio)} {interval(agreement.interval)}"
        parts.append(Text(f"{recorded}\n{again}\na difference of {agreement.visible:.1%} or more would have been seen"))
    return Group(*parts)


def _gates(found: Reproduction) -> Table:
    table = Table.grid(padding=(0, 2))
    for gate in found.gates:
        mark = Text("=", style="green") if gate.equal else Text("≠", style="red")
        table.add_row(mark, gate.stage, "passed" if gate.passed_again else "failed", Text(gate.summary))
    return table


async def _repeat(home: Home, ledger: Ledger, evidence: Evidence) -> Reproduction:
    spec = ledger.read_spec(evidence.search)
    with telling() as tell:
        opened = opened_ground(
            spec.scenario,
            target_name=spec.target,
            model=spec.model,
            correctness=spec.correctness,
            home=home,
            holder=f"vibeserve reproduce {evidence.search} {evidence.record.number}",
            say=tell,
        )
        async with opened as ground:
            return await Repetition(ground, ledger, evidence).run(standard_of(ground))


def standard_of(ground: Ground) -> Standard:
    """By what is judged here and now."""
    return Standard(
        evaluator=evaluator_digest(ground.scenario),
        device=ground.target.fingerprint().device_class,
        model_digest=ground.checkpoint.digest,
        calibration=ground.calibration.identity,
    )
