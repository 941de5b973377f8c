"""Static batches with transformers: `python -m benchmarks.peers.static_batch --model DIR --threads N --seconds S` prints tokens/s."""

import argparse
import time

import torch
from transformers import AutoModelForCausalLM
from transformers.utils import logging

BATCH, PROMPT_TOKENS, OUTPUT_TOKENS = 8, 128, 64
SAFE_IDS = (300, 1000)


def main() -> None:
    """Batches of fresh prompts until the time is over; the first batch is warm-up."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    arguments = parser.parse_args()
    logging.set_verbosity_error()
    torch.set_num_threads(arguments.threads)
    model = AutoModelForCausalLM.from_pretrained(arguments.model, dtype=torch.float32, local_files_only=True).eval()
    generate(model)
    tokens, began = 0, time.perf_counter()
    while time.perf_counter() - began < arguments.seconds:
        tokens += generate(model)
    print(tokens / (time.perf_counter() - began))


@torch.inference_mode()
def generate(model) -> int:
    """One batch; the number of new tokens."""
    prompt = torch.randint(*SAFE_IDS, (BATCH, PROMPT_TOKENS))
    out = model.generate(
        prompt,
        attention_mask=torch.ones_like(prompt),
        max_new_tokens=OUTPUT_TOKENS,
        min_new_tokens=OUTPUT_TOKENS,
        do_sample=False,
        pad_token_id=0,
    )
    return BATCH * (out.shape[1] - PROMPT_TOKENS)


if __name__ == "__main__":
    main()
