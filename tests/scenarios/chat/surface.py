"""A child over the starter's text.py: one JSON case in, what each token told out. No torch is needed for it."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "scenarios/chat/starter"))

from text import Telling


class Bytes:
    """A tokenizer whose token ids are bytes, as a byte-level vocabulary has them at its lowest."""

    def decode(self, ids: list[int]) -> str:
        return bytes(ids).decode(errors="replace")


def main() -> None:
    """Print, for each case, the pieces told token by token, the rest, and whether a stop string ended it."""
    told = []
    for text, stop in json.loads(sys.argv[1]):
        telling = Telling(Bytes(), tuple(stop))
        pieces = []
        for byte in text.encode("latin-1"):
            pieces.append(telling.push([byte])[0])
            if telling.stopped:
                break
        told.append({"pieces": pieces, "rest": telling.finish(), "stopped": telling.stopped})
    print(json.dumps(told))


if __name__ == "__main__":
    main()
