"""What a search did when: from the log of the worker's steps where this home has it, else from the records."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from activities.home import Home
from cli.console.pictures.lanes import Span
from search.record import Record
from search.value import Value
from workflows.identity import search_id

Link = Callable[[int], str]
DEVICE = frozenset({"screen", "measure_pair", "profile"})
CHECKS = frozenset({"build", "conformance", "correctness"})
MOST_STEPS = 4000
KINDS = {"measure_pair": "measured", "screen": "screened", "profile": "profiled"}


class _Line(Value):
    """A line of the log; fields of no use here are left out."""

    when: datetime
    event: str
    workflow: str
    run: str
    step: str
    id: str
    attempt: int
    worker: int


def read_spans(home: Home, search: str, records: Sequence[Record], *, link: Link) -> tuple[Span, ...]:
    """`link` says where a candidate is told."""
    found = tuple(_logged(home.steps, search, link))
    return found[-MOST_STEPS:] if found else tuple(_recorded(records, link))


def _logged(path: Path, search: str, link: Link) -> Iterator[Span]:
    lines = [line for line in _lines(path) if line.workflow == search_id(search) or line.workflow.startswith(f"{search_id(search)}/")]
    first = min((line.when for line in lines), default=None)
    open_steps: dict[tuple[str, str, int], _Line] = {}
    for line in lines:
        key = (line.run, line.id, line.attempt)
        if line.event == "began":
            open_steps[key] = line
        elif first is not None and (began := open_steps.pop(key, None)) is not None:
            yield _span(began, line, first, link)


def _lines(path: Path) -> Iterator[_Line]:
    """Lines that can be read; the last may be half written."""
    if not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        for text in file:
            try:
                yield _Line.model_validate(json.loads(text))
            except ValueError:
                continue


def _span(began: _Line, ended: _Line, first: datetime, link: Link) -> Span:
    number = began.workflow.rsplit("/", 1)[-1]
    of = f" of candidate {number}" if number.isdecimal() else ""
    seconds = (ended.when - began.when).total_seconds()
    return Span(
        lane=_lane(began.step),
        began=(began.when - first).total_seconds(),
        ended=(ended.when - first).total_seconds(),
        kind=KINDS.get(began.step, "checked" if began.step in CHECKS else "other"),
        words=f"{began.step.replace('_', ' ')}{of}, {seconds:.1f} s",
        link=link(int(number)) if number.isdecimal() else "",
    )


def _lane(step: str) -> str:
    if step in DEVICE:
        return "device"
    return "checks" if step in CHECKS else "search"


def _recorded(records: Sequence[Record], link: Link) -> Iterator[Span]:
    """Each candidate as one box, and its time on the device at the end of it: that is where duels are fought."""
    first = min((record.started for record in records), default=None)
    for record in records:
        assert first is not None
        began, ended = ((moment - first) / timedelta(seconds=1) for moment in (record.started, record.ended))
        place, measured = link(record.number), min(record.device_seconds, ended - began)
        yield Span(
            lane="candidates", began=began, ended=ended, kind="other", words=f"candidate {record.number}, {ended - began:.0f} s", link=place
        )
        if measured:
            words = f"candidate {record.number}: {measured:.0f} s on the device"
            yield Span(lane="device", began=ended - measured, ended=ended, kind="measured", words=words, link=place)
