"""What a recipe promises: the slot it fills, what it needs and excludes, its parameters and what it should gain."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

from search.profile import Share
from search.value import Value

Setting = int | float | str


class Slot(StrEnum):
    """The parts of a serving system that a recipe can fill; at most one recipe fills each."""

    MODEL = "model"
    WEIGHTS = "weights"
    CACHE = "cache"
    SCHEDULER = "scheduler"
    DECODING = "decoding"
    DRAFTING = "drafting"
    RUNTIME = "runtime"
    FRONT = "front"


class Parameter(Value):
    """One knob of a recipe with the settings that make sense, in order, and the one to begin with."""

    name: str
    settings: tuple[Setting, ...]
    default: Setting


class Recipe(Value):
    """The searchable description of a skill; the code that it composes lives in its folder under skills/."""

    name: str
    slot: Slot
    title: str
    claim: str
    """What gets faster, as a falsifiable sentence."""
    mechanism: str
    """Why it gets faster."""
    scenarios: tuple[str, ...]
    targets: tuple[str, ...]
    needs: tuple[str, ...] = ()
    """Recipes that must be part of the composition, or slots that any recipe must fill; the policy adds them."""
    excludes: tuple[str, ...] = ()
    brings: tuple[str, ...] = ()
    """Folders under skills/ whose parts it puts into the tree beside its own, because other recipes need the same."""
    abilities: tuple[str, ...] = ()
    """What the machine must have, as the target's probe names it, for example `avx2`."""
    attacks: tuple[Share, ...] = ()
    """The shares of the profile that it shrinks."""
    prior_log_gain: float = 0.0
    """Natural logarithm of the speed-up that its author expects."""
    correctness: Literal["lossless", "bounded"] = "lossless"
    """`bounded` recipes are offered only under a bounded policy."""
    parameters: tuple[Parameter, ...] = ()

    def defaults(self) -> Mapping[str, Setting]:
        """The setting each parameter begins with."""
        return {parameter.name: parameter.default for parameter in self.parameters}
