"""What a model costs and how much it can read, from a data file that the home may override.

Prices change; the shipped ones say of when they are and where from. A name that begins with an underscore is a note, no model.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import JsonValue, TypeAdapter, ValidationError

from activities.agents.dialogue import Usage
from search.value import Value

SHIPPED = Path(__file__).with_name("prices.json")
CONTEXT_TOKENS = 32_000
"""Of a model that the file does not name: most serve at least this."""
MILLION = 1_000_000


class Price(Value):
    """Dollars per million tokens; None where unknown."""

    input: float | None = None
    cached: float | None = None
    output: float | None = None
    context_tokens: int = CONTEXT_TOKENS

    def dollars(self, usage: Usage) -> float | None:
        """What a reply cost; None when a price is unknown."""
        if self.input is None or self.output is None:
            return None
        fresh = usage.input_tokens - usage.cached_tokens
        cached = self.input if self.cached is None else self.cached
        return (fresh * self.input + usage.cached_tokens * cached + usage.output_tokens * self.output) / MILLION

    @property
    def known(self) -> bool:
        """Whether dollars can be told."""
        return self.input is not None and self.output is not None


TABLE = TypeAdapter(Mapping[str, JsonValue])


class BrokenPrices(ValueError):
    """A price file that cannot be read."""


def read_prices(own: Path) -> Mapping[str, Price]:
    """The shipped prices, with those of the file `own` in their place where it exists."""
    return {**_read(SHIPPED), **(_read(own) if own.exists() else {})}


def price_of(prices: Mapping[str, Price], model: str) -> Price:
    """Unknown for a model that is not listed."""
    return prices.get(model, Price())


def _read(path: Path) -> Mapping[str, Price]:
    try:
        listed = TABLE.validate_python(json.loads(path.read_text()))
        return {name: Price.model_validate(told) for name, told in listed.items() if not name.startswith("_")}
    except (ValidationError, json.JSONDecodeError) as error:
        raise BrokenPrices(f"{path} is no table of prices: {' '.join(str(error).split())[:200]}") from error
