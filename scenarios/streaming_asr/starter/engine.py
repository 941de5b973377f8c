"""Transcription by transformers: at each chunk all audio so far is encoded and the transcript is generated anew, one stream at a time."""

import asyncio
from pathlib import Path

import numpy
import torch
from realtime import Audio
from transformers import AutoModelForSpeechSeq2Seq, GenerationConfig


class Engine:
    """The model and the lock that streams wait at."""

    def __init__(self, folder: Path) -> None:
        self.model = AutoModelForSpeechSeq2Seq.from_pretrained(folder, dtype=torch.float32).eval()
        ends = self.model.generation_config.eos_token_id
        self.ends = [ends] if isinstance(ends, int) else list(ends or ())
        self.start: int = self.model.config.decoder_start_token_id
        self.model.generation_config = GenerationConfig()
        self.turn = asyncio.Lock()

    def open(self) -> "Stream":
        """A new stream."""
        return Stream(self)

    @torch.inference_mode()
    def transcribe(self, audio: Audio, max_tokens: int) -> list[int]:
        """Greedy tokens of all this audio; the closing one too."""
        heard = torch.from_numpy(audio)[None]
        how = GenerationConfig(
            max_new_tokens=max_tokens,
            do_sample=False,
            pad_token_id=0,
            eos_token_id=self.ends,
            decoder_start_token_id=self.start,
            bos_token_id=self.start,
        )
        made = self.model.generate(heard, attention_mask=torch.ones(heard.shape, dtype=torch.int64), generation_config=how)
        return made[0, 1:].tolist()


class Stream:
    """All audio of one client."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.audio = numpy.zeros(0, numpy.float32)

    async def hear(self, audio: Audio, max_tokens: int) -> tuple[list[int], bool]:
        """All tokens so far, and whether the model closed them."""
        self.audio = numpy.concatenate([self.audio, audio])
        async with self.engine.turn:
            tokens = await asyncio.to_thread(self.engine.transcribe, self.audio, max_tokens)
        return tokens, tokens[-1] in self.engine.ends

    def close(self) -> None:
        """Nothing is kept outside."""
