"""Where notices of this home go: names and addresses, in a file of the home that only its owner reads."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, RootModel, SecretStr, ValidationError, field_serializer

from search.notice import OCCASIONS, Occasion, ReceiverName
from search.value import Value


class BrokenReceivers(ValueError):
    """The file cannot be read; the message says where it is."""


def check_address(address: SecretStr) -> SecretStr:
    """An address that can be posted to; the message never repeats it, because it is often a secret."""
    try:
        parts = urlsplit(address.get_secret_value())
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        fits = False
    if not fits:
        raise ValueError("the address must begin with https:// or http:// and name a host")
    return address


class Receiver(Value):
    """Who is told."""

    address: Annotated[SecretStr, AfterValidator(check_address)]
    occasions: tuple[Occasion, ...] = OCCASIONS

    @property
    def host(self) -> str:
        """What may be shown of the address."""
        parts = urlsplit(self.address.get_secret_value())
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"

    @field_serializer("address", when_used="json")
    def _open(self, address: SecretStr) -> str:
        return address.get_secret_value()


class _Book(RootModel[dict[ReceiverName, Receiver]]):
    """The file's content."""


def read_receivers(path: Path) -> Mapping[str, Receiver]:
    """All by name; none when there is no file."""
    if not path.exists():
        return {}
    try:
        return _Book.model_validate_json(path.read_bytes()).root
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        raise BrokenReceivers(f"{path}: {'.'.join(map(str, first['loc'][:1]))}: {first['msg']}; mend it or remove it") from None


def write_receivers(path: Path, receivers: Mapping[str, Receiver]) -> None:
    """Replace the file, whole or not at all, readable by its owner alone."""
    text = _Book(dict(receivers)).model_dump_json(indent=1) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, scratch = tempfile.mkstemp(dir=path.parent, prefix=".receivers-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(scratch).replace(path)
    finally:
        Path(scratch).unlink(missing_ok=True)
