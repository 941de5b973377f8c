"""The base of every value that crosses a boundary: frozen, strict about unknown fields."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen pydantic model; NaN and infinity are refused because they do not survive JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
