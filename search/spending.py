"""What agents cost: tokens and dollars, by role and model."""

from collections.abc import Iterable

from search.value import Value


class Spending(Value):
    """Replies of one model in one role."""

    role: str
    model: str
    replies: int = 0
    input_tokens: int = 0
    """Cached ones included."""
    cached_tokens: int = 0
    output_tokens: int = 0
    dollars: float | None = 0.0
    """None when the model's price is unknown."""

    @property
    def tokens(self) -> int:
        """All that were read and written."""
        return self.input_tokens + self.output_tokens

    def plus(self, other: "Spending") -> "Spending":
        """Both together; an unknown price makes the sum unknown."""
        known = self.dollars is not None and other.dollars is not None
        return self.model_copy(
            update={
                "replies": self.replies + other.replies,
                "input_tokens": self.input_tokens + other.input_tokens,
                "cached_tokens": self.cached_tokens + other.cached_tokens,
                "output_tokens": self.output_tokens + other.output_tokens,
                "dollars": (self.dollars or 0.0) + (other.dollars or 0.0) if known else None,
            }
        )


def together(spendings: Iterable[Spending]) -> tuple[Spending, ...]:
    """One sum per role and model, in order of their names."""
    sums: dict[tuple[str, str], Spending] = {}
    for one in spendings:
        key = one.role, one.model
        sums[key] = sums[key].plus(one) if key in sums else one
    return tuple(sums[key] for key in sorted(sums))


def total_tokens(spendings: Iterable[Spending]) -> int:
    """Over all roles and models."""
    return sum(one.tokens for one in spendings)


def total_dollars(spendings: Iterable[Spending]) -> float:
    """Of those whose price is known."""
    return sum(one.dollars or 0.0 for one in spendings)
