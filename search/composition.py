"""Which recipes make up a candidate and how their parameters are set."""

from collections.abc import Mapping

from pydantic import model_validator

from search.recipe import Setting, Slot
from search.value import Value


class Choice(Value):
    """One recipe in one slot with its settings."""

    slot: Slot
    recipe: str
    settings: Mapping[str, Setting] = {}


class Composition(Value):
    """The recipes of one candidate, one per slot, in slot order; an empty composition is the starter."""

    choices: tuple[Choice, ...] = ()

    @model_validator(mode="after")
    def _one_per_slot(self) -> "Composition":
        slots = [choice.slot for choice in self.choices]
        if len(set(slots)) != len(slots):
            raise ValueError(f"two recipes fill one slot: {sorted(slots)}")
        return self

    def recipes(self) -> frozenset[str]:
        """Names of the recipes used."""
        return frozenset(choice.recipe for choice in self.choices)

    def key(self) -> str:
        """A stable text by which equal compositions are found equal."""
        ordered = sorted(self.choices, key=lambda choice: choice.slot)
        return ";".join(f"{c.slot}={c.recipe}({','.join(f'{k}={c.settings[k]}' for k in sorted(c.settings))})" for c in ordered)
