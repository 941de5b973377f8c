"""Token ids become text while they arrive: whole characters only, and nothing past a stop string."""

from tokenizer import Tokenizer

UNREADABLE = "\ufffd"
MOST_MISSING = 3


class Decoder:
    """Incremental decoding; the bytes of a character may be spread over several tokens.

    Text is decoded from a point a little back, because some tokenizers treat the first token of a text differently.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self.ids: list[int] = []
        self.behind = 0
        self.settled = 0
        self.told = ""

    def push(self, number: int) -> str:
        """The text that this token completes."""
        self.ids.append(number)
        text = self.pending()
        whole = text[: len(text) - incomplete(text)]
        new, self.told = whole[len(self.told) :], whole
        if whole == text:
            self.behind, self.settled, self.told = self.settled, len(self.ids), ""
        return new

    def finish(self) -> str:
        """What is left of a character that never became whole."""
        return self.pending()[len(self.told) :]

    def pending(self) -> str:
        """The text after the settled tokens."""
        before = self.tokenizer.decode(self.ids[self.behind : self.settled])
        return self.tokenizer.decode(self.ids[self.behind :])[len(before) :]


class StopText:
    """Holds back text that may be the beginning of a stop string."""

    def __init__(self, stop: tuple[str, ...]) -> None:
        self.stop = stop
        self.held = ""
        self.stopped = False

    def push(self, text: str) -> str:
        """The text that may be told; after a stop string there is none."""
        if self.stopped:
            return ""
        text, self.held = self.held + text, ""
        found = [position for stop in self.stop if (position := text.find(stop)) >= 0]
        if found:
            self.stopped = True
            return text[: min(found)]
        keep = max((overlap(text, stop) for stop in self.stop), default=0)
        self.held = text[len(text) - keep :]
        return text[: len(text) - keep]

    def finish(self) -> str:
        """What was held back and turned out to be no stop string."""
        return self.held


class Telling:
    """Decoder and stop strings of one answer."""

    def __init__(self, tokenizer: Tokenizer, stop: tuple[str, ...]) -> None:
        self.decoder = Decoder(tokenizer)
        self.stop = StopText(stop)

    @property
    def stopped(self) -> bool:
        return self.stop.stopped

    def push(self, ids: list[int]) -> tuple[str, int]:
        """The text that may be told and the number of tokens it took; those behind a stop string count for nothing."""
        text = ""
        for used, number in enumerate(ids, 1):
            text += self.stop.push(self.decoder.push(number))
            if self.stopped:
                return text, used
        return text, len(ids)

    def finish(self) -> str:
        return self.stop.push(self.decoder.finish()) + self.stop.finish()


def incomplete(text: str) -> int:
    """How many characters at the end may stand for the first bytes of one that is still to come."""
    return next((size for size in range(MOST_MISSING) if not text[: len(text) - size].endswith(UNREADABLE)), MOST_MISSING)


def overlap(text: str, stop: str) -> int:
    """Length of the longest beginning of `stop` that ends `text`."""
    return next((size for size in range(min(len(stop) - 1, len(text)), 0, -1) if text.endswith(stop[:size])), 0)
