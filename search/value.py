"""The base of every value that crosses a boundary: frozen, strict about unknown fields."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=8, max_length=600)]
"""What somebody must say in words, and briefly."""


class Value(BaseModel):
    """A frozen pydantic model; NaN and infinity are refused because they do not survive JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
