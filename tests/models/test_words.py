"""Text from a seed: equal for equal seeds, as long as asked, and never the same nonce twice."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from models.words import Writer, words


@given(st.integers(0, 2**32), st.integers(0, 200))
def test_text_has_as_many_words_as_asked(seed: int, count: int) -> None:
    assert len(Writer(Random(seed), distinct_words=300).text(count).split()) == count


@given(st.integers(0, 2**32))
def test_equal_seeds_write_equal_text(seed: int) -> None:
    assert Writer(Random(seed), distinct_words=300).text(40) == Writer(Random(seed), distinct_words=300).text(40)


def test_words_are_distinct_and_a_longer_list_begins_with_a_shorter() -> None:
    assert len(set(words(4000))) == 4000
    assert words(4000)[:300] == words(300)


def test_frequent_words_come_first() -> None:
    writer = Writer(Random(1), distinct_words=300)
    drawn = [writer.word() for _ in range(3000)]
    assert drawn.count(words(300)[0]) > 5 * drawn.count(words(300)[200])


def test_nonces_do_not_repeat() -> None:
    writer = Writer(Random(1), distinct_words=400)
    assert len({writer.nonce() for _ in range(20000)}) == 20000


def test_the_language_is_the_same_on_every_machine() -> None:
    assert Writer(Random(5), distinct_words=4000).text(6) == "Noun minfeafond leala foutkut glaisdrond chai."
