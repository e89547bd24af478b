"""The second recording: what counts as the same, and that the committed one repeats the first."""

from __future__ import annotations

import pytest

from macros.repeats import Pair, share
from macros.results import Samples


def pair(one: tuple[float, ...], two: tuple[float, ...]) -> Pair:
    first, second = (Samples("t/e", "vm", "m", "s", values, "none", "here", "d", "f") for values in (one, two))
    return Pair(first, second)


@pytest.mark.parametrize(
    ("one", "two", "repeats"),
    [
        ((1.0, 2.0, 9.0), (8.0, 8.5, 9.0), True),  # the second's median lies in the first's interval
        ((8.0, 8.5, 9.0), (1.0, 2.0, 9.0), True),  # and the other way round
        ((1.0, 1.0, 1.0), (1.1, 1.1, 1.1), True),  # apart, by less than a tenth
        ((1.0, 1.0, 1.0), (1.2, 1.2, 1.2), False),
        ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), True),
        ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), False),
    ],
)
def test_what_repeats(one: tuple[float, ...], two: tuple[float, ...], repeats: bool) -> None:
    assert pair(one, two).repeats is repeats


def test_the_share_of_nothing_is_no_share() -> None:
    with pytest.raises(ValueError, match="recorded twice"):
        share([])
