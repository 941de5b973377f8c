"""A SKILL.md in the Agent Skills format: YAML front matter that says what it is and where it applies, and the text to read."""

from pathlib import Path
from typing import Annotated, Any, cast

import yaml
from pydantic import BeforeValidator, Field, StringConstraints, ValidationError

from search.value import Value

TEXT = "SKILL.md"
FENCE = "---\n"
EVERYWHERE = "*"


class BrokenSkill(ValueError):
    """A skill's folder does not hold what it must."""


def words(text: object) -> object:
    """Metadata of the format are strings: names are separated by spaces."""
    return tuple(text.split()) if isinstance(text, str) else text


Words = Annotated[tuple[str, ...], BeforeValidator(words), Field(min_length=1)]


class Metadata(Value):
    """Where a technique applies; everything unless it says so."""

    scenarios: Words = (EVERYWHERE,)
    targets: Words = (EVERYWHERE,)


class Front(Value):
    """The front matter of a SKILL.md (agentskills.io/specification)."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
    description: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
    """What it is and when it pays, for the index from which an agent chooses."""
    license: str = ""
    compatibility: str = ""
    metadata: Metadata = Metadata()


class Skill(Front):
    """One technique to read about."""

    text: str
    """All below the front matter."""

    def applies(self, *, scenario: str | None = None, target: str | None = None) -> bool:
        """Whether it is of use there; None asks for any."""
        wanted = ((scenario, self.metadata.scenarios), (target, self.metadata.targets))
        return all(name is None or EVERYWHERE in names or name in names for name, names in wanted)


def read_skill(folder: Path) -> Skill:
    """One folder's SKILL.md; BrokenSkill says in one line what is wrong with which file."""
    file = folder / TEXT
    front, text = split(file)
    try:
        skill = Skill.model_validate({**front, "text": text})
    except ValidationError as error:
        raise BrokenSkill(f"{file}: {first_problem(error)}") from error
    if skill.name != folder.name:
        raise BrokenSkill(f"{file} names itself {skill.name!r}; it must have its folder's name {folder.name!r}")
    return skill


def split(file: Path) -> tuple[dict[str, Any], str]:
    """Front matter and text."""
    whole = file.read_text()
    head, fence, text = whole.removeprefix(FENCE).partition("\n" + FENCE)
    if not whole.startswith(FENCE) or not fence:
        raise BrokenSkill(f"{file} does not begin with front matter: a line `---`, fields, and a line `---`")
    try:
        front: Any = yaml.safe_load(head)
    except yaml.YAMLError as error:
        raise BrokenSkill(f"{file}: its front matter is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(front, dict) or not text.strip():
        raise BrokenSkill(f"{file}: {'there is nothing to read below' if front else 'there are no fields in'} its front matter")
    fields = cast("dict[object, Any]", front)
    return {str(key): value for key, value in fields.items()}, text.lstrip("\n")


def first_problem(error: ValidationError) -> str:
    """The first of pydantic's findings in one line."""
    problem = error.errors()[0]
    place = ".".join(str(step) for step in problem["loc"])
    return f"{place}: {problem['msg']}" if place else problem["msg"]
