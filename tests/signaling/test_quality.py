"""One word for a line: bad news at once, good news after a while."""

import pytest

from signaling.answers import Link
from signaling.quality import BETTER_AFTER, Quality, Second


@pytest.mark.parametrize(
    ("second", "word"),
    [
        (Second(), "good"),
        (Second(lost_up=0.02, lost_down=0.02, round_trip=0.3, silence=0.4), "good"),
        (Second(lost_up=0.05), "poor"),
        (Second(lost_down=0.05), "poor"),
        (Second(round_trip=0.4), "poor"),
        (Second(silence=0.5), "poor"),
        (Second(lost_up=0.12), "bad"),
        (Second(lost_down=0.12), "bad"),
        (Second(round_trip=1.0), "bad"),
        (Second(silence=1.5), "bad"),
    ],
)
def test_each_trouble_has_its_word(second: Second, word: Link) -> None:
    quality = Quality()
    for at in range(5):
        quality.feel(second, float(at))
    assert quality.word == word


def test_one_lossy_second_is_no_bad_line() -> None:
    quality = Quality()
    assert quality.feel(Second(lost_up=0.05), 1.0) == "good"


def test_good_news_waits_and_bad_news_does_not() -> None:
    quality = Quality()
    assert quality.feel(Second(silence=2.0), 10.0) == "bad"
    for at in range(1, int(BETTER_AFTER)):
        assert quality.feel(Second(), 10.0 + at) == "bad"
    assert quality.feel(Second(), 10.0 + BETTER_AFTER) == "good"
    assert quality.feel(Second(round_trip=0.5), 16.0) == "poor"
