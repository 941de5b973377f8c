"""Live transcription: what was heard is encoded once, and the last transcript is checked as a draft of the next."""

import asyncio
from pathlib import Path

import torch
from decoder import Decoder, Memory, Past
from encoder import Encoder
from layers import read_config, read_ends, read_weights
from realtime import Audio
from settings import DRAFTED_PERCENT


class Engine:
    """The model and the lock that streams wait at."""

    def __init__(self, folder: Path) -> None:
        raw, weights = read_config(folder), read_weights(folder)
        self.start = raw["decoder_start_token_id"]
        self.ends = read_ends(folder, raw)
        self.encoder, self.decoder = Encoder(raw, weights), Decoder(raw, weights)
        self.turn = asyncio.Lock()

    def open(self) -> "Stream":
        """A new stream."""
        return Stream(self)


class Stream:
    """What one client's audio has become."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.encoding = engine.encoder.open()
        self.memory = Memory(engine.decoder)
        self.told: list[int] = []

    async def hear(self, audio: Audio, max_tokens: int) -> tuple[list[int], bool]:
        """All tokens so far, and whether the model closed them."""
        async with self.engine.turn:
            self.told = await asyncio.to_thread(self.transcribe, audio, max_tokens)
        return self.told, self.told[-1] in self.engine.ends

    @torch.inference_mode()
    def transcribe(self, audio: Audio, max_tokens: int) -> list[int]:
        """Greedy tokens of all audio: those of the draft as far as the model says the same, then one by one."""
        self.memory.take(*self.encoding.hear(torch.from_numpy(audio.copy())))
        decoder, past, tokens = self.engine.decoder, Past(self.engine.decoder), list[int]()
        drafted = self.told[: min(len(self.told) * DRAFTED_PERCENT // 100, max_tokens - 1)]
        chosen = decoder([self.engine.start, *drafted], self.memory, past).argmax(-1).tolist()
        for place, choice in enumerate(chosen):
            tokens.append(choice)
            if self.over(tokens, max_tokens):
                return tokens
            if place >= len(drafted) or drafted[place] != choice:
                break
        past.cut(len(tokens))
        while not self.over(tokens, max_tokens):
            tokens.append(int(decoder(tokens[-1:], self.memory, past)[-1].argmax()))
        return tokens

    def over(self, tokens: list[int], max_tokens: int) -> bool:
        """Whether a transcript ends here."""
        return len(tokens) == max_tokens or tokens[-1] in self.engine.ends

    def close(self) -> None:
        """Nothing is kept outside."""
