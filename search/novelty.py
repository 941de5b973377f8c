"""Finds a candidate whose tree was judged before: the same program again would only be another draw of the noise."""

import math
from collections.abc import Sequence

from search import lineage
from search.record import Record
from search.source import Source
from search.verdict import Rejected


def repeated(records: Sequence[Record], number: int, source: Source) -> Rejected | None:
    """The end of candidate `number` when an earlier one had its tree, with how that one fared; None when the tree is new."""
    earlier = next((record for record in records if record.number != number and record.source.tree == source.tree), None)
    if earlier is None:
        return None
    return Rejected(stage="generate", reason=f"the same tree as candidate {earlier.number}, which {_fared(earlier)}")


def _fared(record: Record) -> str:
    match record.verdict:
        case Rejected(stage=stage, reason=reason):
            return f"was rejected at {stage}: {reason}"
        case verdict if (gain := lineage.log_gain(record)) is not None:
            return f"was {verdict.kind.replace('_', ' ')} at {math.exp(gain):.2f}x"
        case verdict:
            return f"was {'the starter' if record.number == lineage.ROOT else verdict.kind.replace('_', ' ')}"
