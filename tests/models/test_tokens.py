"""The vocabulary turns text into ids and back exactly as transformers does."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.tokenizer import SPECIAL_TOKENS
from models.tokens import TemplateRefusal, Vocabulary

_CONVERSATIONS = [
    [{"role": "user", "content": "chai kea glubrer?"}],
    [{"role": "system", "content": "Bé brief.\n"}, {"role": "user", "content": "a <|end|> b"}, {"role": "assistant", "content": ""}],
]
_TRANSFORMERS = """
import json, sys
from transformers import AutoTokenizer
tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
chats = [list(tokenizer.apply_chat_template(c, add_generation_prompt=True, return_dict=True)["input_ids"]) for c in json.loads(sys.argv[2])]
texts = json.loads(sys.argv[3])
print(json.dumps({"chats": chats, "texts": [tokenizer(text).input_ids for text in texts],
                  "back": [tokenizer.decode(tokenizer(text).input_ids, skip_special_tokens=True) for text in texts]}))
"""
_TEXTS = ["", "chai kea", " chai\n\nKea 17 é 中 😀", "<|begin|>x"]


@pytest.fixture(scope="module")
def vocabulary(tiny: Path) -> Vocabulary:
    return Vocabulary(tiny)


def test_ids_are_those_of_transformers(tiny: Path, vocabulary: Vocabulary) -> None:
    arguments = [str(tiny), json.dumps(_CONVERSATIONS), json.dumps(_TEXTS)]
    done = subprocess.run([sys.executable, "-c", _TRANSFORMERS, *arguments], capture_output=True, check=True, text=True)
    told = json.loads(done.stdout.splitlines()[-1])
    assert [vocabulary.chat_prompt(each) for each in _CONVERSATIONS] == told["chats"]
    assert [vocabulary.encode(text) for text in _TEXTS] == told["texts"]
    assert [vocabulary.decode(vocabulary.encode(text)) for text in _TEXTS] == told["back"]


def test_text_survives_the_way_there_and_back(vocabulary: Vocabulary) -> None:
    @given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60).filter(lambda text: "<|" not in text))
    def holds(text: str) -> None:
        assert vocabulary.decode(vocabulary.encode(text)) == text

    holds()


def test_every_id_below_the_size_decodes(vocabulary: Vocabulary) -> None:
    assert vocabulary.size == 1024
    texts = [vocabulary.decode([index]) for index in range(vocabulary.size)]
    assert [index for index, text in enumerate(texts) if not text] == list(range(len(SPECIAL_TOKENS)))


def test_the_end_is_known(vocabulary: Vocabulary) -> None:
    assert vocabulary.eos_ids == {1}


def test_a_text_names_a_token_only_when_no_other_has_it(vocabulary: Vocabulary) -> None:
    word = vocabulary.decode([500])
    assert vocabulary.id_of(word) == 500
    assert vocabulary.id_of("\N{REPLACEMENT CHARACTER}") is None
    assert vocabulary.id_of("no such token") is None


def test_a_template_may_refuse(vocabulary: Vocabulary) -> None:
    with pytest.raises(TemplateRefusal, match="unknown role tool"):
        vocabulary.chat_prompt([{"role": "tool", "content": "x"}])


def test_a_template_cannot_reach_out_of_its_sandbox(copied: Callable[[str], Path]) -> None:
    folder = copied("evil")
    (folder / "chat_template.jinja").write_text("{{ ''.__class__.__mro__[1].__subclasses__() }}")
    with pytest.raises(TemplateRefusal):
        Vocabulary(folder).chat_prompt(_CONVERSATIONS[0])


def test_truncation_in_a_tokenizer_file_is_ignored(copied: Callable[[str], Path]) -> None:
    folder = copied("short")
    document = json.loads((folder / "tokenizer.json").read_text())
    document["truncation"] = {"direction": "Right", "max_length": 4, "strategy": "LongestFirst", "stride": 0}
    (folder / "tokenizer.json").write_text(json.dumps(document))
    assert len(Vocabulary(folder).encode("chai kea glubrer " * 5)) > 4


def test_several_ends_and_special_tokens_as_objects_are_read(copied: Callable[[str], Path]) -> None:
    folder = copied("objects")
    (folder / "generation_config.json").write_text(json.dumps({"eos_token_id": [1, 7]}))
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    settings["eos_token"] = {"content": "<|end|>", "special": True}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    vocabulary = Vocabulary(folder)
    assert vocabulary.eos_ids == {1, 7}
    assert 1 in vocabulary.chat_prompt(_CONVERSATIONS[0])
