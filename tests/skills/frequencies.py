"""A child: how often a skill's sampler draws each token from fixed logits; argv: folder of sampling.py, draws, temperature, top_p."""

import json
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [sys.argv[1], str(ROOT / "skills/base/parts"), str(ROOT / "scenarios/chat/starter")]

import torch  # noqa: E402
from extension import Extension  # noqa: E402
from protocol import Job  # noqa: E402
from sampling import sample  # noqa: E402
from sequence import Sequence  # noqa: E402

LOGITS = torch.tensor([2.0, 1.0, 0.5, 0.0, -1.0, -3.0])
BATCH = 50


def main() -> None:
    """Print the probabilities and the counts by token; every second row of a batch is greedy."""
    draws, temperature, top_p = int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
    sampled = [sequence(number, temperature, top_p) for number in range(BATCH)]
    greedy = [sequence(number, 0.0, 1.0) for number in range(BATCH)]
    mixed = [one for pair in zip(sampled, greedy, strict=True) for one in pair]
    rows = LOGITS.repeat(len(mixed), 1)
    counts: Counter[int] = Counter()
    for _ in range(draws // BATCH):
        tokens = [token.number for token in sample(rows, mixed)]
        assert set(tokens[1::2]) == {0}
        counts.update(tokens[::2])
    probabilities = torch.softmax(LOGITS.double() / temperature, -1).tolist()
    print(json.dumps({"probabilities": probabilities, "counts": [counts[number] for number in range(len(probabilities))]}))


def sequence(seed: int, temperature: float, top_p: float) -> Sequence:
    job = Job(
        prompt=[0], max_tokens=1, temperature=temperature, top_p=top_p, seed=seed, ignore_eos=False, logprobs=None, extension=Extension()
    )
    return Sequence.of(seed, job)


if __name__ == "__main__":
    main()
