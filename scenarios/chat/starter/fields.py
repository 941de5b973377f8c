"""Typed reads of a request's body, and what is said of one that cannot be read."""

from typing import Any


class BadRequest(ValueError):
    """The client's fault: what is wrong, and in which field."""

    def __init__(self, message: str, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message, self.param, self.code = message, param, code


class Fields:
    """Typed reads of a JSON object; what is missing or null reads as the default."""

    def __init__(self, body: Any) -> None:
        if not isinstance(body, dict):
            raise BadRequest("the body must be a JSON object")
        self.body: dict[str, Any] = body

    def get(self, name: str) -> Any:
        return self.body.get(name)

    def flag(self, name: str) -> bool:
        value = self.get(name)
        if value is not None and not isinstance(value, bool):
            raise BadRequest(f"'{name}' must be true or false", name)
        return bool(value)

    def number(self, name: str, default: float, *, low: float, high: float) -> float:
        value = self.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise BadRequest(f"'{name}' must be a number from {low:g} to {high:g}", name)
        return float(value)

    def integer(self, name: str, *, low: int, high: int) -> int | None:
        value = self.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise BadRequest(f"'{name}' must be an integer from {low} to {high}", name)
        return value

    def strings(self, name: str) -> tuple[str, ...]:
        value = self.get(name)
        found = [] if value is None else [value] if isinstance(value, str) else value
        if not isinstance(found, list) or not all(isinstance(text, str) and text for text in found):
            raise BadRequest(f"'{name}' must be a text or a list of texts, none of them empty", name)
        return tuple(found)
