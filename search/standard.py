"""By what a score was taken: two scores of different standards are never compared."""

from search.source import ObjectId
from search.value import Value

NAMES = {"evaluator": "the evaluator", "device": "the device", "model_digest": "the model", "calibration": "the calibration"}
SHORT = 12
"""Digits of a digest that a person is shown."""


class Standard(Value):
    """Everything beside the candidate and the requests that a score depends on; empty where an old record does not tell."""

    evaluator: str = ""
    """Digest of the code that judges."""
    device: str = ""
    """Class of the device."""
    model_digest: str = ""
    calibration: str = ""
    """Digest of the measurement that the margin of right answers follows from."""

    def changes(self, later: "Standard") -> tuple[str, ...]:
        """What differs from a later standard, in words; nothing where one of both does not tell."""
        return tuple(
            f"{words} changed from {_short(name, old)} to {_short(name, new)}"
            for name, words in NAMES.items()
            if (old := getattr(self, name)) and (new := getattr(later, name)) and old != new
        )


class ScoreKey(Value):
    """What one score belongs to. Scores with different keys say nothing about each other; a new duel does."""

    tree: ObjectId
    workload_seed: int
    """Of the requests."""
    standard: Standard


def _short(name: str, text: str) -> str:
    return text if name == "device" else text[:SHORT]
