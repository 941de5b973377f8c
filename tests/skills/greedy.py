"""A child: greedy answers of transformers, as JSON; argv: model folder, JSON list of [prompt ids, tokens]."""

import json
import sys

import torch
from transformers import LlamaForCausalLM


@torch.inference_mode()
def main() -> None:
    """Print one list of token ids per prompt."""
    model = LlamaForCausalLM.from_pretrained(sys.argv[1], dtype=torch.float32).eval()
    answers = []
    for prompt, count in json.loads(sys.argv[2]):
        inputs = torch.tensor([prompt])
        made = model.generate(
            inputs, attention_mask=torch.ones_like(inputs), max_new_tokens=count, do_sample=False, eos_token_id=None, pad_token_id=0
        )
        answers.append(made[0, len(prompt) :].tolist())
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
