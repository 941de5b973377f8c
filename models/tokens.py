"""Text to token ids and back as a checkpoint's own tokenizer does it, without torch."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn, cast

from jinja2 import Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from tokenizers import Tokenizer

_NO_TEMPLATE = "{{ raise_exception('this checkpoint has no chat template') }}"


class TemplateRefusal(ValueError):
    """The chat template refuses these messages."""


class Vocabulary:
    """A checkpoint's tokenizer and chat template; every method is pure."""

    def __init__(self, folder: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._settings = _read_json(folder / "tokenizer_config.json")
        self._template_source = chat_template(folder) or _NO_TEMPLATE
        self.eos_ids = _eos_ids(folder)
        """Any of these ends an answer, unless the request ignores them."""
        self.size: int = self._tokenizer.get_vocab_size(with_added_tokens=True)

    def encode(self, text: str) -> list[int]:
        """Ids of a plain prompt, with the special tokens that the tokenizer puts around text."""
        return self._tokenizer.encode(text).ids

    def split(self, text: str) -> list[int]:
        """Ids of text that stands amid other text: no special tokens around it. An answer's own ids may be others of the same text."""
        return self._tokenizer.encode(text, add_special_tokens=False).ids

    def decode(self, ids: Sequence[int]) -> str:
        """The text of an answer; special tokens leave no trace in it."""
        return self._tokenizer.decode(list(ids), skip_special_tokens=True)

    def chat_prompt(self, messages: Sequence[Mapping[str, str]]) -> list[int]:
        """Ids of a conversation with the opening of the assistant's turn; raises `TemplateRefusal` when the template refuses it."""
        try:
            text = self._template.render(
                messages=[dict(message) for message in messages], add_generation_prompt=True, **self._special_tokens
            )
        except TemplateError as error:
            raise TemplateRefusal(f"the chat template refuses these messages: {error}") from error
        return self._tokenizer.encode(text, add_special_tokens=False).ids

    def id_of(self, text: str) -> int | None:
        """The only token that decodes to `text`; None when no token or several do."""
        return self._ids_by_text.get(text)

    @cached_property
    def _template(self) -> Template:
        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"])
        environment.filters["tojson"] = _to_json
        known = cast("dict[str, Callable[..., object]]", environment.globals)
        known["raise_exception"] = _refuse
        known["strftime_now"] = _now
        return environment.from_string(self._template_source)

    @cached_property
    def _special_tokens(self) -> Mapping[str, str]:
        values = {key: self._settings.get(key) for key in ("bos_token", "eos_token", "unk_token", "pad_token")}
        return {key: _token_text(value) for key, value in values.items() if value is not None}

    @cached_property
    def _ids_by_text(self) -> Mapping[str, int]:
        ids: dict[str, int] = {}
        doubled: set[str] = set()
        for index in range(self.size):
            text = self._tokenizer.decode([index], skip_special_tokens=False)
            doubled.update({text} & ids.keys())
            ids[text] = index
        return {text: index for text, index in ids.items() if text not in doubled}


def chat_template(folder: Path) -> str | None:
    """The source of a checkpoint's chat template; None when it has none."""
    file = folder / "chat_template.jinja"
    if file.exists():
        return file.read_text()
    template = _read_json(folder / "tokenizer_config.json").get("chat_template")
    if isinstance(template, list):
        named = {str(entry["name"]): str(entry["template"]) for entry in cast("list[dict[str, Any]]", template)}
        template = named.get("default")
    return str(template) if template else None


def _token_text(token: Any) -> str:
    """A special token is written as text or as an object that holds it."""
    return str(cast("dict[str, Any]", token)["content"]) if isinstance(token, dict) else str(token)


def _eos_ids(folder: Path) -> frozenset[int]:
    for name in ("generation_config.json", "config.json"):
        found = _read_json(folder / name).get("eos_token_id")
        if found is not None:
            return frozenset(cast("list[int]", found)) if isinstance(found, list) else frozenset({int(found)})
    return frozenset()


def _read_json(path: Path) -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(path.read_text())) if path.exists() else {}


def _to_json(value: object, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _now(style: str) -> str:
    return datetime.now().strftime(style)


def _refuse(message: str) -> NoReturn:
    raise TemplateError(message)
