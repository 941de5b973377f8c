"""Reads a text along the reference's own choices: which tokens it was made of, and how far each lies below the best.

For servers that tell text only. A text has many spellings in tokens, and the tokenizer's own is often not the generated one. At each
place the reference's best token whose text goes on as the told text does is taken. So an answer that the reference would have given
itself is found as it was made, special tokens without text included. Of two tokens one of which begins the other, the better is taken:
that can be the wrong one only where the server chose what the reference likes less.
"""

from torch import Tensor, inference_mode, tensor
from transformers import PreTrainedModel

from models.tokens import Vocabulary

CANDIDATES = 64
"""Of the best tokens at each place that are tried."""
NEVER = -1e9
"""The logit of a token that is never chosen: finite, for JSON."""
INCOMPLETE = "\N{REPLACEMENT CHARACTER}"


@inference_mode()
def read_text(model: PreTrainedModel, vocabulary: Vocabulary, *, prompt: list[int], text: str, tokens: int, without: list[int]) -> dict:
    """`ids` of at most `tokens` tokens, with `gaps` in logits below the best and the `choices` of the reference. `without` are tokens that
    the server never chooses. It ends with the text, or after it with tokens that have none."""
    whole = text.rstrip(INCOMPLETE)
    read: dict[str, list] = {"ids": [], "gaps": [], "choices": []}
    fed, past = prompt, None
    while len(read["ids"]) < tokens:
        out = model(input_ids=tensor([fed]), past_key_values=past, use_cache=True)
        past, logits = out.past_key_values, out.logits[0, -1]
        logits[without] = NEVER
        token = next_token(logits, vocabulary, ids=read["ids"], text=whole)
        if token is None:
            break
        read["ids"].append(token)
        read["gaps"].append(float(logits.max() - logits[token]))
        read["choices"].append(int(logits.argmax()))
        fed = [token]
    return read


def next_token(logits: Tensor, vocabulary: Vocabulary, *, ids: list[int], text: str) -> int | None:
    """The best token with which the text goes on; behind its end only the best of all, if it has no text; None where there is none."""
    known = vocabulary.decode(ids)
    best = logits.topk(min(CANDIDATES, len(logits))).indices.tolist()
    for token in best[:1] if known.rstrip(INCOMPLETE) == text else best:
        longer = vocabulary.decode([*ids, token])
        silent = longer == known and not vocabulary.decode([token])
        if text.startswith(longer.rstrip(INCOMPLETE)) and (silent or longer != known):
            return token
    left = vocabulary.split(text[len(known.rstrip(INCOMPLETE)) :])
    return left[0] if left else None
