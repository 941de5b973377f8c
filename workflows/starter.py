"""What a search supposes of the system that it begins from."""

from search.composition import Composition
from search.hypothesis import Hypothesis
from search.spec import Spec

STARTER = Hypothesis(
    claim="The starter is right and serves the whole contract.",
    mechanism="It is written plainly over the reference implementation.",
    evidence="None yet: it is what the search begins from.",
    falsifier="A gate refuses it.",
    expected_log_gain=0.0,
    composition=Composition(),
)


def supposition(spec: Spec) -> Hypothesis:
    """Of a search that was forked, it says from what."""
    fork = spec.fork
    if fork is None:
        return STARTER
    origin = f"candidate {fork.number} of {fork.search}" if fork.number is not None else f"{fork.commit[:10]} of {fork.search}"
    return STARTER.model_copy(update={"mechanism": f"It is {origin}.", "composition": fork.composition or Composition()})
