"""A small Llama in plain numpy, right and quick to start: the honest engine that cheats are made from, in place of the starter's."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
from extension import Guides
from protocol import Job, Token
from safetensors.numpy import load_file

NEVER = -1e9


class Engine:
    """One request at a time, token by token."""

    def __init__(self, folder: Path, threads: int) -> None:
        config = json.loads((folder / "config.json").read_text())
        self.model = Llama(config, {name: weight for file in folder.glob("*.safetensors") for name, weight in load_file(file).items()})
        self.context_tokens: int = config["max_position_embeddings"]
        self.vocabulary_size: int = config["vocab_size"]
        settings = folder / "generation_config.json"
        ends = (json.loads(settings.read_text()) if settings.exists() else config).get("eos_token_id")
        self.ends = {ends} if isinstance(ends, int) else set(ends or ())
        self.guides = Guides(folder, frozenset(self.ends), self.vocabulary_size)
        self.turn = asyncio.Lock()

    async def generate(self, job: Job) -> AsyncIterator[list[Token]]:
        """Yield tokens as they are made."""
        async with self.turn:
            random, cache, ids = np.random.default_rng(job.seed and job.seed % 2**63), self.model.cache(), job.prompt
            guide: Any = self.guides.start(job.extension)
            while True:
                logits = self.model.forward(np.array(ids), cache)
                token = choose(job, np.where(guide.allowed(), logits, NEVER) if guide else logits, random, self.ends)
                if guide:
                    guide.take(token.number)
                yield [token]
                await asyncio.sleep(0)
                ids = [token.number]


def choose(job: Job, logits: np.ndarray, random: np.random.Generator, ends: set[int]) -> Token:
    """The next token, with its log-probabilities where they are asked for."""
    number = int(logits.argmax()) if job.temperature == 0 else sample(job, logits, random)
    end = number in ends and not job.ignore_eos
    if job.logprobs is None:
        return Token(number, end)
    logprobs = logits - logits.max() - np.log(np.exp(logits - logits.max()).sum())
    best = np.argsort(-logprobs)[: job.logprobs]
    return Token(number, end, float(logprobs[number]), tuple((int(place), float(logprobs[place])) for place in best))


def sample(job: Job, logits: np.ndarray, random: np.random.Generator) -> int:
    """The smallest set of tokens that holds `top_p` of the probability is drawn from."""
    scaled = (logits.astype(np.float64) - logits.max()) / job.temperature
    order = np.argsort(-scaled)
    shares = np.exp(scaled[order])
    shares /= shares.sum()
    kept = shares * (np.cumsum(shares) - shares < job.top_p)
    return int(random.choice(order, p=kept / kept.sum()))


class Llama:
    """RMS norm, rotary positions, grouped heads, SwiGLU."""

    def __init__(self, config: dict[str, Any], weights: dict[str, np.ndarray]) -> None:
        self.weights = {name: weight.astype(np.float32) for name, weight in weights.items()}
        self.layers: int = config["num_hidden_layers"]
        self.heads: int = config["num_attention_heads"]
        self.kv_heads: int = config["num_key_value_heads"]
        self.size: int = config.get("head_dim") or config["hidden_size"] // self.heads
        self.epsilon: float = config["rms_norm_eps"]
        theta = config.get("rope_theta") or config["rope_parameters"]["rope_theta"]
        self.frequencies = theta ** (-np.arange(0, self.size, 2) / self.size)

    def cache(self) -> list[Any]:
        """Keys and values per layer, none yet."""
        empty = np.zeros((self.kv_heads, 0, self.size), np.float32)
        return [(empty, empty) for _ in range(self.layers)]

    def forward(self, ids: np.ndarray, cache: list[Any]) -> np.ndarray:
        """Logits after the last of `ids`; the cache grows by them."""
        hidden = self.weights["model.embed_tokens.weight"][ids]
        for layer in range(self.layers):
            prefix = f"model.layers.{layer}."
            hidden = hidden + self.attend(prefix, self.norm(hidden, prefix + "input_layernorm.weight"), cache, layer)
            hidden = hidden + self.feed(prefix + "mlp.", self.norm(hidden, prefix + "post_attention_layernorm.weight"))
        head = self.weights.get("lm_head.weight", self.weights["model.embed_tokens.weight"])
        return self.norm(hidden[-1], "model.norm.weight") @ head.T

    def norm(self, hidden: np.ndarray, name: str) -> np.ndarray:
        return hidden / np.sqrt((hidden * hidden).mean(-1, keepdims=True) + self.epsilon) * self.weights[name]

    def feed(self, prefix: str, hidden: np.ndarray) -> np.ndarray:
        gate = hidden @ self.weights[prefix + "gate_proj.weight"].T
        return (gate / (1 + np.exp(-gate)) * (hidden @ self.weights[prefix + "up_proj.weight"].T)) @ self.weights[
            prefix + "down_proj.weight"
        ].T

    def attend(self, prefix: str, hidden: np.ndarray, cache: list[Any], layer: int) -> np.ndarray:
        start, count = cache[layer][0].shape[1], len(hidden)
        query, key, value = (self.split(hidden, f"{prefix}self_attn.{name}_proj.weight") for name in "qkv")
        angles = np.outer(np.arange(start, start + count), self.frequencies).astype(np.float32)
        key = np.concatenate([cache[layer][0], rotate(key, angles)], 1)
        value = np.concatenate([cache[layer][1], value], 1)
        cache[layer] = (key, value)
        group = self.heads // self.kv_heads
        scores = rotate(query, angles) @ key.repeat(group, 0).transpose(0, 2, 1) / np.float32(np.sqrt(self.size))
        scores += np.triu(np.full((count, start + count), -np.inf, np.float32), start + 1)
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = shares / shares.sum(-1, keepdims=True) @ value.repeat(group, 0)
        return mixed.transpose(1, 0, 2).reshape(count, -1) @ self.weights[prefix + "self_attn.o_proj.weight"].T

    def split(self, hidden: np.ndarray, name: str) -> np.ndarray:
        """Heads first: (heads, tokens, size)."""
        return (hidden @ self.weights[name].T).reshape(len(hidden), -1, self.size).transpose(1, 0, 2)


def rotate(heads: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """Rotary positions on halves, as Hugging Face lays them out."""
    first, second = np.split(heads, 2, -1)
    cosine, sine = np.cos(angles), np.sin(angles)
    return np.concatenate([first * cosine - second * sine, second * cosine + first * sine], -1)
