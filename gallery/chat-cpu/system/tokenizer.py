"""Text to token ids and back, with the checkpoint's own tokenizer and chat template."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2.sandbox import ImmutableSandboxedEnvironment
from tokenizers import Tokenizer as FastTokenizer


class Tokenizer:
    """The files `tokenizer.json`, `tokenizer_config.json` and, where present, `chat_template.jinja` of a checkpoint."""

    def __init__(self, folder: Path) -> None:
        self.fast = FastTokenizer.from_file(str(folder / "tokenizer.json"))
        self.fast.no_truncation()
        self.fast.no_padding()
        settings = folder / "tokenizer_config.json"
        self.settings: dict[str, Any] = json.loads(settings.read_text()) if settings.exists() else {}
        self.template = chat_environment().from_string(chat_template(folder, self.settings))

    def encode(self, text: str) -> list[int]:
        """A plain prompt, with the special tokens that the tokenizer puts around it."""
        return self.fast.encode(text).ids

    def encode_chat(self, messages: list[dict[str, Any]]) -> list[int]:
        """A conversation, rendered by the chat template up to where the assistant speaks."""
        special = {name: token_text(self.settings.get(name)) for name in ("bos_token", "eos_token", "unk_token", "pad_token")}
        text = self.template.render(messages=messages, add_generation_prompt=True, **special)
        return self.fast.encode(text, add_special_tokens=False).ids

    def decode(self, ids: list[int]) -> str:
        """Text without special tokens; incomplete characters become U+FFFD."""
        return self.fast.decode(ids)

    def name(self, number: int) -> str:
        """One token as text, special ones included."""
        return self.fast.decode([number], skip_special_tokens=False)


def chat_environment() -> ImmutableSandboxedEnvironment:
    """Jinja as chat templates expect it."""
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    environment.globals["raise_exception"] = refuse
    environment.globals["strftime_now"] = lambda style: datetime.now().strftime(style)
    environment.filters["tojson"] = lambda value, **options: json.dumps(value, ensure_ascii=False, **options)
    return environment


def chat_template(folder: Path, settings: dict[str, Any]) -> str:
    """The checkpoint's template, or one line per message where it has none."""
    file = folder / "chat_template.jinja"
    if file.exists():
        return file.read_text()
    template = settings.get("chat_template")
    if isinstance(template, list):
        template = next(entry["template"] for entry in template if entry["name"] == "default")
    return template or "{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}assistant:"


def token_text(token: str | dict[str, Any] | None) -> str:
    """A special token is written as text or as an object that holds it."""
    return token["content"] if isinstance(token, dict) else token or ""


def refuse(message: str) -> None:
    """Templates call this on conversations that they do not accept."""
    raise ValueError(message)
