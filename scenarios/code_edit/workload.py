"""Requests of the code edit scenario from a seed: a text, an instruction, and the old text as a prediction of the new one.

Models without training edit nothing: for them the prediction is made of the reference's own answer, with edits at a stated share of its
places (`foretell`), and the harness asks the reference before it asks the candidate.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from math import log
from random import Random

from models.words import Writer
from scenarios.chat.workload import questions as plain_questions
from scenarios.code_edit.edits import edited
from scenarios.scenario import Message, Request, Scale

EDITED_SHARE = 0.03
"""Of the answer's tokens that the prediction has otherwise."""
_TOKENS_PER_WORD = 1.7
_OVERHEAD_TOKENS = 24
"""The template, the nonce and the instruction."""


def requests(seed: int, scale: Scale) -> Iterator[Request]:
    """The timed load, without end; streamed and greedy, the predictions still to be made."""
    random = Random(f"code edit {seed}")
    writer = Writer(random, distinct_words=scale.distinct_words)
    arrival = 0.0
    for number in count():
        arrival += -log(1.0 - random.random()) / scale.load.rate_per_second
        words = max(round((scale.prompt_tokens.draw(random) - _OVERHEAD_TOKENS) / _TOKENS_PER_WORD), 4)
        yield Request(
            number=number,
            arrival_seconds=arrival,
            endpoint="/v1/chat/completions",
            messages=(Message(role="user", content=f"{writer.nonce()}: {writer.text(words)} {writer.text(4)}"),),
            max_tokens=scale.output_tokens.draw(random),
            ignore_eos=True,
        )


def questions(seed: int, scale: Scale) -> tuple[Request, ...]:
    """Half of them plain, since a server has to serve these as well; the others with wrong and empty predictions, and without."""
    random = Random(f"code edit questions {seed}")
    plain = plain_questions(random.getrandbits(48), scale.model_copy(update={"questions": scale.questions // 2}))
    writer = Writer(random, distinct_words=scale.distinct_words)
    edits = requests(random.getrandbits(48), scale)
    changes: tuple[Mapping[str, object], ...] = (
        {"prediction": writer.text(20)},
        {"prediction": writer.text(20), "stream": False},
        {"prediction": ""},
        {},
    )
    asked = [
        next(edits).model_copy(update={"arrival_seconds": 0.0, **changes[place % len(changes)]})
        for place in range(scale.questions - len(plain))
    ]
    return tuple(one.model_copy(update={"number": number}) for number, one in enumerate((*plain, *asked)))


def foretell(request: Request, answer: Sequence[int]) -> Request:
    """The request with a prediction made of the reference's answer to it."""
    random = Random(f"edits {request.number} {len(answer)} {sum(answer)}")
    return request.model_copy(update={"prediction": edited(answer, share=EDITED_SHARE, random=random)})
