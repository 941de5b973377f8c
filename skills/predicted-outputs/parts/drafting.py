"""Predicted outputs: what the client expects is the draft, found again after each edit, in blocks as long as they come true."""

from sequence import Sequence
from settings import ANCHOR_TOKENS, MOST_DRAFTED

SHORT = 4
"""Tokens of a block after one that failed."""

CLOSE = 3
"""How far from the expected place a single token is trusted."""


class Cursor:
    """How far an answer has come in its prediction."""

    def __init__(self, prediction: list[int]) -> None:
        self.prediction = prediction
        self.place = 0
        """Of the next token that is expected."""
        self.length = MOST_DRAFTED // 2
        self.known = 0
        """Tokens of the answer that were looked at."""

    def draft(self, answer: list[int]) -> list[int]:
        """What may come after this answer."""
        said = answer[self.known :]
        self.known = len(answer)
        self.follow(said, answer)
        return self.prediction[self.place : self.place + self.length]

    def follow(self, said: list[int], answer: list[int]) -> None:
        """Go on in the prediction by what was said since, or find the place anew."""
        if said and said == self.prediction[self.place : self.place + len(said)]:
            self.place += len(said)
            self.length = min(2 * self.length, MOST_DRAFTED)
        elif said:
            right = next((place for place, token in enumerate(said) if [token] != self.prediction[self.place + place :][:1]), 0)
            self.place = self.realigned(self.place + right, answer)
            self.length = SHORT

    def realigned(self, behind: int, answer: list[int]) -> int:
        """The nearest place before which the answer's last tokens stand, two or more of them anywhere, one only close by; else the one
        behind a replaced token."""
        for size in range(ANCHOR_TOKENS, 0, -1):
            tail = answer[-size:]
            ends = [end for end in range(size, len(self.prediction) + 1) if self.prediction[end - size : end] == tail]
            nearest = min(ends, key=lambda end: abs(end - behind), default=None)
            if nearest is not None and (size > 1 or abs(nearest - behind) <= CLOSE):
                return nearest
        return behind + 1


def follow(sequence: Sequence) -> list[int]:
    """Nothing is forced."""
    return []


def propose(sequence: Sequence) -> list[int]:
    """The prediction from where the answer stands in it, and never past the answer's end."""
    prediction, job = sequence.job.extension.prediction, sequence.job
    if not prediction or job.temperature > 0:
        return []
    cursor = sequence.notes.setdefault("cursor", Cursor(prediction))
    answer = sequence.tokens[len(job.prompt) :]
    return cursor.draft(answer)[: job.max_tokens - len(answer) - 1]
