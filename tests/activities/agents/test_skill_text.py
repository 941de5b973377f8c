"""The front matter of a skill is read as the Agent Skills format has it, and a broken one is refused in one line."""

from pathlib import Path

import pytest

from activities.agents.skill_text import BrokenSkill, read_skill

GOOD = "name: quick\ndescription: It is quick: less work."


def write(folder: Path, text: str) -> Path:
    """A skill called `quick` with this SKILL.md."""
    skill = folder / "quick"
    skill.mkdir()
    (skill / "SKILL.md").write_text(text)
    return skill


def with_front(folder: Path, front: str, text: str = "# Quick\n") -> Path:
    """The same, its front matter and what stands below."""
    return write(folder, f"---\n{front}\n---\n\n{text}")


def test_text_and_front_matter_are_told_apart(tmp_path: Path) -> None:
    front = "name: quick\ndescription: >-\n  Less\n  work.\nlicense: Apache-2.0\nmetadata:\n  scenarios: chat code_edit"
    skill = read_skill(with_front(tmp_path, front, "# Quick\n\n---\n\nmore\n"))
    assert (skill.name, skill.description, skill.text) == ("quick", "Less work.", "# Quick\n\n---\n\nmore\n")
    assert skill.metadata.scenarios == ("chat", "code_edit")


def test_a_skill_applies_where_it_says_and_everywhere_when_it_says_nothing(tmp_path: Path) -> None:
    skill = read_skill(with_front(tmp_path, "name: quick\ndescription: Less.\nmetadata:\n  scenarios: chat code_edit"))
    assert skill.applies() and skill.applies(target="metal") and skill.applies(scenario="code_edit", target="cuda")
    assert not skill.applies(scenario="streaming_asr")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("# Quick\n", "does not begin with front matter"),
        ("---\nname: quick\n", "does not begin with front matter"),
        ("---\n\n---\n\n# Quick\n", "there are no fields"),
        (f"---\n{GOOD}\n---\n", "not YAML"),
        ("---\nname: quick\ndescription: Less.\n---\n", "nothing to read"),
        ("---\nname: slow\ndescription: Less.\n---\n\n# Slow\n", "folder's name 'quick'"),
        ("---\nname: Quick One\ndescription: Less.\n---\n\n# Quick\n", "name: String should match"),
        ("---\nname: quick\n---\n\n# Quick\n", "description: Field required"),
        (f"---\nname: quick\ndescription: {'x' * 301}\n---\n\n# Quick\n", "description: String should have at most 300"),
        ("---\nname: quick\ndescription: Less.\nmetadata:\n  weather: fine\n---\n\n# Quick\n", "metadata.weather"),
        ("---\nname: quick\ndescription: Less.\nmetadata:\n  targets: ''\n---\n\n# Quick\n", "metadata.targets"),
    ],
)
def test_a_broken_skill_is_one_line(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(BrokenSkill, match=complaint) as refusal:
        read_skill(write(tmp_path, text))
    assert "\n" not in str(refusal.value)
    assert "quick/SKILL.md" in str(refusal.value)
