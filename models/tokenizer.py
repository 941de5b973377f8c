"""The tokenizer of synthetic models: byte-level BPE trained on invented words, the same file on every machine."""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

from tokenizers import AddedToken, Tokenizer, decoders, pre_tokenizers, processors
from tokenizers.models import BPE
from tokenizers.trainers import BpeTrainer

from models.words import Writer, words

SPECIAL_TOKENS = ("<|begin|>", "<|end|>", "<|pad|>", "<|system|>", "<|user|>", "<|assistant|>")
"""Their ids are their positions."""
BOS_ID, EOS_ID, PAD_ID = 0, 1, 2
CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "{% if message['role'] not in ['system', 'user', 'assistant'] %}{{ raise_exception('unknown role ' + message['role']) }}{% endif %}"
    "{{ '<|' + message['role'] + '|>' + message['content'] + eos_token }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)
_CORPUS_SEED = 11
_CORPUS_SENTENCES = 4000


def write_tokenizer(folder: Path, *, vocabulary: int) -> None:
    """Trains a tokenizer of exactly `vocabulary` tokens and writes it as Hugging Face's libraries read it."""
    tokenizer = Tokenizer(BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(_corpus(vocabulary), _trainer(vocabulary))
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{SPECIAL_TOKENS[BOS_ID]} $A",
        special_tokens=[(SPECIAL_TOKENS[BOS_ID], BOS_ID)],
    )
    if tokenizer.get_vocab_size() != vocabulary:
        raise ValueError(f"training found {tokenizer.get_vocab_size()} tokens where {vocabulary} were asked for")
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps(_settings(), indent=2) + "\n")


def silent_ids(folder: Path) -> frozenset[int]:
    """Ids that no text of the corpus holds: special tokens but the end, and bytes that are no readable text by themselves."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    single = (index for index in range(tokenizer.get_vocab_size()) if len(tokenizer.id_to_token(index) or "") == 1)
    unreadable = {index for index in single if not tokenizer.decode([index]).isprintable() or "\ufffd" in tokenizer.decode([index])}
    return frozenset(unreadable | set(range(len(SPECIAL_TOKENS)))) - {EOS_ID}


def _trainer(vocabulary: int) -> BpeTrainer:
    return BpeTrainer(
        vocab_size=vocabulary,
        min_frequency=1,
        show_progress=False,
        special_tokens=[AddedToken(token, special=True, normalized=False) for token in SPECIAL_TOKENS],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
    )


def _corpus(vocabulary: int) -> Iterator[str]:
    """Text in the words' own frequencies, and every word once more so that rare ones are known too."""
    distinct = max(200, vocabulary // 2)
    writer = Writer(Random(_CORPUS_SEED), distinct_words=distinct)
    yield from (writer.text(12) for _ in range(_CORPUS_SENTENCES))
    yield from (f" {word}" for word in words(distinct))


def _settings() -> dict[str, object]:
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": SPECIAL_TOKENS[BOS_ID],
        "eos_token": SPECIAL_TOKENS[EOS_ID],
        "pad_token": SPECIAL_TOKENS[PAD_ID],
        "additional_special_tokens": list(SPECIAL_TOKENS[3:]),
        "clean_up_tokenization_spaces": False,
        "model_max_length": 1_000_000,
        "chat_template": CHAT_TEMPLATE,
    }
