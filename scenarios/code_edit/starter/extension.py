"""What clients may ask beyond plain text: a prediction of the answer, as OpenAI's field has it, or as token ids."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fields import BadRequest, Fields
from tokenizer import Tokenizer

FIELD = "prediction"


@dataclass(frozen=True)
class Extension:
    """The tokens that the client expects; None without a prediction."""

    prediction: list[int] | None = None

    def usage(self, foretold: int) -> dict[str, Any]:
        """How many tokens of the prediction came true at their turn, and how many did not."""
        if self.prediction is None:
            return {}
        accepted = min(foretold, len(self.prediction))
        details = {"accepted_prediction_tokens": accepted, "rejected_prediction_tokens": len(self.prediction) - accepted}
        return {"completion_tokens_details": details}


def read_extension(fields: Fields, tokenizer: Tokenizer) -> Extension:
    """`prediction` of type content; a schema is refused rather than ignored."""
    form = fields.get("response_format")
    if form is not None and (not isinstance(form, dict) or form.get("type") != "text"):
        raise BadRequest("'response_format' other than text is not supported", "response_format", "unsupported_parameter")
    prediction = fields.get(FIELD)
    if prediction is None:
        return Extension()
    if not isinstance(prediction, dict) or prediction.get("type") != "content":
        raise BadRequest(f"'{FIELD}' must be an object of type content", FIELD)
    content = prediction.get("content")
    if isinstance(content, str):
        return Extension(tokenizer.fast.encode(content, add_special_tokens=False).ids)
    if isinstance(content, list) and all(type(number) is int and 0 <= number < tokenizer.fast.get_vocab_size() for number in content):
        return Extension(content)
    raise BadRequest(f"the content of '{FIELD}' must be a text or token ids", FIELD)


class Guides:
    """What restricts the tokens of an answer: nothing."""

    def __init__(self, folder: Path, ends: frozenset[int], vocabulary_size: int) -> None:
        """A composed engine makes one."""

    def start(self, extension: Extension) -> None:
        """The beginning of an answer."""
