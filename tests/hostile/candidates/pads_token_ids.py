"""Pads its token ids with ids that are no part of the text."""

import honest
from answer import Answer

choice = Answer.choice


def padded(self, piece):
    told = choice(self, piece)
    return {**told, "token_ids": [number for number in told["token_ids"] for _ in range(2)]} if "token_ids" in told else told


Answer.choice = padded
honest.main()
