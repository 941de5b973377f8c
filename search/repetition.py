"""Whether a tree may be judged once more: a roll of the dice that is repeated until it wins proves nothing."""

from collections.abc import Sequence

from search.record import Record
from search.standard import Standard
from search.verdict import Baseline, Measured, Rejected

MOST_TRIES = 2
"""Of one tree by one standard, the first included: the chance of a false promotion is at most doubled."""


def refusal(records: Sequence[Record], number: int, standard: Standard, *, begun: Sequence[int] = ()) -> str:
    """Why the tree of a finished candidate may not be judged again by this standard; empty when it may. `begun` names the candidates that
    are being tried again now."""
    record = next((record for record in records if record.number == number), None)
    if record is None:
        return f"candidate {number} has no verdict yet"
    trees = {one.number: one.source.tree for one in records}
    tries = sum(trees.get(again) == record.source.tree for again in begun)
    tries += sum(one.source.tree == record.source.tree and one.standard == standard for one in records)
    match record.verdict:
        case Baseline():
            return "the starter is what the others are compared with"
        case Measured(kind="promoted"):
            return f"candidate {number} was promoted: `vibeserve rescore` judges champions again"
        case Measured(kind="not_better") | Rejected(stage="screen") if record.standard == standard:
            return f"candidate {number} was measured and is not better; the same tree tried until it wins would prove nothing"
        case _:
            pass
    if tries >= MOST_TRIES:
        return f"the tree of candidate {number} was judged {tries} times already by what judges now; no more than {MOST_TRIES}"
    return ""
