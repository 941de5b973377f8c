"""The JSON of answers: one chunk, a whole answer, usage, and errors, in the forms of both endpoints."""

import time
import uuid
from dataclasses import dataclass
from typing import Any

from protocol import Form, Job, Token
from tokenizer import Tokenizer

Json = dict[str, Any]


@dataclass
class Piece:
    """A stretch of the answer: its text, its tokens, and how it ended if it did."""

    text: str
    tokens: list[Token]
    finish: str | None = None


class Answer:
    """What is the same in every chunk of one answer."""

    def __init__(self, job: Job, form: Form, tokenizer: Tokenizer) -> None:
        self.job, self.form, self.tokenizer = job, form, tokenizer
        self.head: Json = {
            "id": ("chatcmpl-" if form.chat else "cmpl-") + uuid.uuid4().hex,
            "created": int(time.time()),
            "model": form.model,
        }
        self.tokens = 0
        self.characters = 0

    def chunk(self, piece: Piece) -> Json:
        """One event of a stream; the first carries the prompt's ids."""
        first = self.tokens == 0
        choice = self.choice(piece)
        if self.form.chat:
            role = {"role": "assistant"} if first else {}
            choice = {**choice, "delta": {**role, "content": piece.text}}
        else:
            choice["text"] = piece.text
        return self.answer("chat.completion.chunk" if self.form.chat else "text_completion", [choice], first=first)

    def whole(self, piece: Piece) -> Json:
        """The answer of a request that does not stream."""
        choice = self.choice(piece)
        if self.form.chat:
            choice["message"] = {"role": "assistant", "content": piece.text}
        else:
            choice["text"] = piece.text
        answer = self.answer("chat.completion" if self.form.chat else "text_completion", [choice], first=True)
        return {**answer, "usage": self.usage()}

    def closing(self) -> Json:
        """The last event of a stream that reports its usage."""
        return {**self.answer("chat.completion.chunk" if self.form.chat else "text_completion", [], first=False), "usage": self.usage()}

    def usage(self) -> Json:
        prompt = len(self.job.prompt)
        return {"prompt_tokens": prompt, "completion_tokens": self.tokens, "total_tokens": prompt + self.tokens}

    def answer(self, kind: str, choices: list[Json], *, first: bool) -> Json:
        answer = {**self.head, "object": kind, "choices": choices}
        if self.form.token_ids and first:
            answer["prompt_token_ids"] = self.job.prompt
        return answer

    def choice(self, piece: Piece) -> Json:
        choice: Json = {"index": 0, "finish_reason": piece.finish, "logprobs": None}
        if self.job.logprobs is not None:
            choice["logprobs"] = self.chat_logprobs(piece) if self.form.chat else self.completion_logprobs(piece)
        if self.form.token_ids:
            choice["token_ids"] = [token.number for token in piece.tokens]
        self.tokens += len(piece.tokens)
        self.characters += len(piece.text)
        return choice

    def chat_logprobs(self, piece: Piece) -> Json:
        return {
            "content": [
                {**self.chat_logprob(token.number, token.logprob), "top_logprobs": [self.chat_logprob(*best) for best in token.best]}
                for token in piece.tokens
            ]
        }

    def chat_logprob(self, number: int, logprob: float) -> Json:
        return {"token": self.name(number), "logprob": logprob, "bytes": list(self.tokenizer.name(number).encode())}

    def completion_logprobs(self, piece: Piece) -> Json:
        return {
            "tokens": [self.name(token.number) for token in piece.tokens],
            "token_logprobs": [token.logprob for token in piece.tokens],
            "top_logprobs": [{self.name(number): logprob for number, logprob in token.best} for token in piece.tokens],
            "text_offset": self.offsets(piece),
        }

    def offsets(self, piece: Piece) -> list[int]:
        """Where each token's text begins, counted in characters of the answer."""
        offsets, position = [], self.characters
        for token in piece.tokens:
            offsets.append(position)
            position += len(self.tokenizer.name(token.number))
        return offsets

    def name(self, number: int) -> str:
        return f"token_id:{number}" if self.form.token_names else self.tokenizer.name(number)


def error(message: str, *, kind: str = "invalid_request_error", param: str | None = None, code: str | None = None) -> Json:
    """OpenAI's error object."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}
