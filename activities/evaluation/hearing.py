"""The reference of models that hear: transformers in fp32 over exactly the audio that stood behind each transcript, fed its own tokens."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from transformers import AutoModelForSpeechSeq2Seq

from models.speech import FRAME_SAMPLES, Speech, samples

NOISE_SAMPLES = 240
"""Per token of a calibration's prompt: so long a prompt of nonsense becomes a second or two of it."""


class Hearing:
    """A model of speech in fp32."""

    def __init__(self, folder: str, *, threads: int, figures: Callable[[Tensor, dict], dict]) -> None:
        """Loads the folder; `figures` says what is found in the rows that predict an answer's tokens."""
        self._figures = figures
        self._model = AutoModelForSpeechSeq2Seq.from_pretrained(folder, dtype=torch.float32, local_files_only=True).eval()
        self._start = self._model.config.decoder_start_token_id
        self._threads = threads

    @torch.inference_mode()
    def judge(self, answers: list[dict]) -> dict:
        """Per answer its figures."""
        return {"judged": [self._figures(self._rows(_heard(answer), answer["output"]), answer) for answer in answers]}

    @torch.inference_mode()
    def noise(self, prompts: list[list[int]], *, tokens: int) -> dict:
        """Largest logit difference between the plain pass and other honest computations of the same tokens."""
        found: dict[str, float] = {"batched": 0.0, "token by token": 0.0}
        for number, prompt in enumerate(prompts):
            audio = _nonsense(len(prompt), number)
            output = self._greedy(audio, tokens)
            plain = self._rows(audio, output)
            found["batched"] = max(found["batched"], _difference(plain, self._batched(audio, output)))
            found["token by token"] = max(found["token by token"], _difference(plain, self._stepwise(audio, output)))
        torch.set_num_threads(1)
        found["one thread"] = _difference(plain, self._rows(audio, output))
        torch.set_num_threads(self._threads)
        self._model.double()
        found["double precision"] = _difference(plain.double(), self._rows(audio.double(), output))
        self._model.float()
        return {"noise": found}

    def _rows(self, audio: Tensor, output: list[int]) -> Tensor:
        """Logits that predict each token; without a mask the encoder would look at all frames."""
        mask = torch.ones(1, len(audio), dtype=torch.int64)
        ids = torch.tensor([[self._start, *output[:-1]]])
        return self._model(input_values=audio[None], attention_mask=mask, decoder_input_ids=ids, use_cache=False).logits[0]

    def _greedy(self, audio: Tensor, tokens: int) -> list[int]:
        output: list[int] = []
        for _ in range(tokens):
            output.append(int(self._rows(audio, [*output, 0])[-1].argmax()))
        return output

    def _batched(self, audio: Tensor, output: list[int]) -> Tensor:
        """Beside a longer one, with padding behind the audio."""
        longer = torch.cat([audio, audio[: 40 * FRAME_SAMPLES]])
        both = torch.stack([torch.cat([audio, torch.zeros(len(longer) - len(audio))]), longer])
        mask = (torch.arange(len(longer)) < torch.tensor([[len(audio)], [len(longer)]])).long()
        ids = torch.tensor([[self._start, *output[:-1]]] * 2)
        return self._model(input_values=both, attention_mask=mask, decoder_input_ids=ids, use_cache=False).logits[0]

    def _stepwise(self, audio: Tensor, output: list[int]) -> Tensor:
        mask = torch.ones(1, len(audio), dtype=torch.int64)
        encoded, cache, rows = self._model.model.encoder(audio[None], attention_mask=mask), None, []
        memory = encoded.last_hidden_state
        for token in [self._start, *output[:-1]]:
            encoded.last_hidden_state = memory.clone()  # the decoder adds its positions in place
            ids = torch.tensor([[token]])
            told = self._model(encoder_outputs=encoded, decoder_input_ids=ids, past_key_values=cache, use_cache=True)
            cache = told.past_key_values
            rows.append(told.logits[0, -1])
        return torch.stack(rows)


def _heard(answer: dict[str, Any]) -> Tensor:
    spoken = samples(Speech.model_validate(answer["speech"]))[: answer["heard_samples"]]
    return torch.from_numpy(spoken.astype(np.float32) / 32768)


def _nonsense(length: int, seed: int) -> Tensor:
    chance = np.random.Generator(np.random.PCG64(seed))
    count = length * NOISE_SAMPLES // FRAME_SAMPLES * FRAME_SAMPLES
    return torch.from_numpy(0.1 * chance.standard_normal(count).astype(np.float32))


def _difference(one: Tensor, other: Tensor) -> float:
    return float((one - other).abs().max())
