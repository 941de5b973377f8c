"""The shipped skills are sound, and a broken one is named with what is wrong."""

import shutil
from pathlib import Path

import pytest

from activities.agents.catalog import SKILLS, BrokenSkill, UnknownSkill, load_catalog
from search.recipe import Slot

CATALOG = load_catalog()
GOOD = """
name = "quick"
slot = "cache"
title = "Quick"
claim = "It is quicker."
mechanism = "Less work."
scenarios = ["chat"]
targets = ["cpu"]
"""


@pytest.fixture
def skills(tmp_path: Path) -> Path:
    """A folder of skills that holds one good recipe."""
    folder = tmp_path / "skills"
    for name in ("base", "defaults"):
        shutil.copytree(SKILLS / name, folder / name)
    add(folder, "quick", GOOD)
    return folder


def add(skills: Path, name: str, recipe: str) -> None:
    """Write one skill."""
    (skills / name / "parts").mkdir(parents=True)
    (skills / name / "SKILL.md").write_text(f"---\nname: {name}\ndescription: It is quick.\n---\n\n# {name}\n")
    (skills / name / "recipe.toml").write_text(recipe)


def test_there_are_recipes_for_every_slot_of_a_chat_engine_on_a_processor() -> None:
    chat = [recipe for recipe in CATALOG.recipes if "chat" in recipe.scenarios and "cpu" in recipe.targets]
    assert len(chat) >= 8
    assert {recipe.slot for recipe in chat} == set(Slot) - {Slot.DRAFTING}, "random answers repeat nothing"
    assert [recipe.name for recipe in CATALOG.recipes] == sorted(recipe.name for recipe in CATALOG.recipes)


def test_a_part_that_several_recipes_need_stands_once() -> None:
    texts = [file.read_text() for file in SKILLS.glob("*/parts/**/*") if file.is_file() and "__pycache__" not in file.parts]
    assert len(set(texts)) == len(texts)
    assert CATALOG.parts["native-gemm"]["native/pool.h"] == CATALOG.parts["int8-weights"]["native/pool.h"]


def test_every_skill_can_be_read() -> None:
    assert len(CATALOG.skills) >= 24
    for skill in CATALOG.skills:
        assert skill.text == CATALOG.skill(skill.name)
        assert skill.text.startswith("# ")
        assert 15 <= len(skill.text.splitlines()) <= 90
        assert len(skill.text.encode()) <= 6200
        assert "pitfall" in skill.text.lower() or "goes wrong" in skill.text.lower()


def test_the_index_holds_what_is_of_use_there() -> None:
    everywhere = {skill.name for skill in CATALOG.index()}
    chat = {skill.name for skill in CATALOG.index(scenario="chat", target="cpu")}
    assert everywhere == {skill.name for skill in CATALOG.skills}
    assert {recipe.name for recipe in CATALOG.recipes if "chat" in recipe.scenarios and "cpu" in recipe.targets} <= chat < everywhere
    assert {skill.name for skill in CATALOG.index(target="metal")} >= {"mlx-serving", "continuous-batching"}
    assert not {"cuda-graphs", "mlx-serving", "cross-attention-kv"} & chat


def test_an_unknown_skill_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownSkill, match=r"unknown skill 'warp-drive'; known are .*fused-llama.*static-kv"):
        CATALOG.skill("warp-drive")
    with pytest.raises(UnknownSkill, match=r"unknown recipe 'warp-drive'; known are .*paged-kv"):
        CATALOG.recipe("warp-drive")


def test_a_good_folder_loads(skills: Path) -> None:
    assert [recipe.name for recipe in load_catalog(skills).recipes] == ["quick"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ('slot = "boot"', "slot"),
        ('colour = "red"', "colour"),
        ('needs = ["nothing-like-it"]', "recipe quick names nothing-like-it, which no skill has; known are quick"),
        ('excludes = ["nothing-like-it"]', "nothing-like-it"),
        ('brings = ["nothing-like-it"]', "brings .*nothing-like-it/parts, which is no folder"),
        ('[[parameters]]\nname = "size"\nsettings = [1, 2]\ndefault = 3', "the default 3 of size is none of its settings"),
        ('[[parameters]]\nname = "a size"\nsettings = [1]\ndefault = 1', "'a size' cannot be a Python name"),
        ("title = ", "is not TOML"),
        ('name = "slow"', "it must have its folder's name 'quick'"),
    ],
)
def test_a_broken_recipe_is_named(skills: Path, change: str, complaint: str) -> None:
    key = change.split(" ")[0]
    lines = [line for line in GOOD.strip().splitlines() if not line.startswith(f"{key} ")]
    (skills / "quick" / "recipe.toml").write_text("\n".join([*lines, change]))
    with pytest.raises(BrokenSkill, match=complaint):
        load_catalog(skills)


def test_a_text_that_leaves_its_recipe_out_is_refused(skills: Path) -> None:
    front = "---\nname: quick\ndescription: It is quick.\nmetadata:\n  targets: cuda\n---\n\n# quick\n"
    (skills / "quick" / "SKILL.md").write_text(front)
    with pytest.raises(BrokenSkill, match=r"quick is offered for chat on cpu, which its SKILL\.md leaves out"):
        load_catalog(skills)


def test_a_recipe_without_text_or_parts_is_refused(skills: Path) -> None:
    shutil.rmtree(skills / "quick" / "parts")
    with pytest.raises(BrokenSkill, match="no parts"):
        load_catalog(skills)
    (skills / "quick" / "SKILL.md").unlink()
    with pytest.raises(BrokenSkill, match=r"no SKILL\.md"):
        load_catalog(skills)
