"""llama.cpp's own converter, which knows tokenizers by a hash of what they make of one text, and refuses all others.

`python to_gguf.py SOURCE MODEL --outfile FILE --outtype f32`. A byte-level BPE that splits as GPT-2's does, such as that of our synthetic
models, is named so; for any other unknown tokenizer the refusal stands, for its prompts would be other tokens.
"""

import json
import runpy
import sys
from pathlib import Path


def main() -> None:
    """Runs the converter with one more tokenizer known."""
    source, model = Path(sys.argv[1]), Path(sys.argv[2])
    sys.path[:0] = [str(source), str(source / "gguf-py")]
    from conversion.base import TextModel

    known = TextModel.get_vocab_base_pre

    def named(self, tokenizer) -> str:
        try:
            return known(self, tokenizer)
        except NotImplementedError:
            if not splits_as_gpt2(model):
                raise
            return "gpt-2"

    TextModel.get_vocab_base_pre = named
    sys.argv = ["convert_hf_to_gguf.py", *sys.argv[2:]]
    runpy.run_path(str(source / "convert_hf_to_gguf.py"), run_name="__main__")


def splits_as_gpt2(model: Path) -> bool:
    """Whether the tokenizer cuts text by GPT-2's rule alone and puts no space in front."""
    rule = json.loads((model / "tokenizer.json").read_text())["pre_tokenizer"]
    return rule["type"] == "ByteLevel" and rule.get("use_regex", True) and not rule["add_prefix_space"]


if __name__ == "__main__":
    main()
