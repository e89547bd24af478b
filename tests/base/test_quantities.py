"""Quantities in prose: what is one, in digits and in words, and what only looks like one."""

from __future__ import annotations

import pytest

from macros.base.quantities import plain_prose, quantities


@pytest.mark.parametrize(
    "text",
    [
        "12 ms", "12ms", "12-ms", "**12** ms", "12&nbsp;ms", "12&thinsp;ms", "12\u2009ms", "12 milliseconds", "12 µs",
        "12 μs", "12 us", "3x faster", "3-fold", "100 megabytes", "100 mb", "<b>12</b> ms", ".5 s", "1e3 s", "`12 ms`",
        "5-10 ms", "10 days", "3 watts", "1,000 requests per second", "12 Mbit/s", "12 MB/s", "12 hrs", "99.9%",
        "50 per-cent", "1.5s", "[12 ms](/index.md)", "| 12 ms |",
    ],
)  # fmt: skip
def test_a_quantity_in_digits_is_seen(text: str) -> None:
    assert quantities(plain_prose(f"It takes {text}."))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # Before a unit.
        ("one to two minutes", "one to two minutes"),
        ("A few megabytes", "A few megabytes"),
        ("half a gibibyte", "half a gibibyte"),
        ("an eighth of a gibibyte", "an eighth of a gibibyte"),
        ("two thirds of a second", "two thirds of a second"),
        ("low hundreds of milliseconds", "hundreds of milliseconds"),
        ("some hundred megabytes", "hundred megabytes"),
        ("a two-minute pause", "two-minute"),
        ("several seconds", "several seconds"),
        ("ten times as long", "ten times as"),
        ("three times faster", "three times faster"),
        ("two orders of magnitude", "two orders of magnitude"),
        ("ten\n  seconds", "ten seconds"),
        # Shares.
        ("two in a hundred", "two in a hundred"),
        ("nine out of ten", "nine out of ten"),
        ("about a fifth of the result", "a fifth of"),
        ("three quarters of them", "three quarters of"),
        # Larger than ten.
        ("forty-five", "forty-five"),
        ("**twenty-one** rounds", "twenty-one"),
        ("Sixteen requests", "Sixteen"),
        ("a thousand containers", "a thousand"),
        ("ten thousand primes", "ten thousand"),
        ("a few dozen requests", "a few dozen"),
    ],
)
def test_a_quantity_in_words_is_seen(text: str, found: str) -> None:
    assert [" ".join(one[0].split()) for one in quantities(plain_prose(f"It takes {text}."))] == [found]


@pytest.mark.parametrize(
    "text",
    [
        "the 1990s", "a 64-bit kernel", "a 32 bit program", "two 12s", "x86-64", "Python 3.11", "24/7", "virtio 1.2",
        "`sleep 5 s`", '{{ figure("12 ms") }}', "[x](/a-12-s.md)", "chapter 5", "8086 is a number", "<!-- 12 ms -->",
        "one of them", "two containers", "ten rows", "three questions", "the third row", "one day", "a second example",
        "a thousand small things", "small guests by the thousand", "dozens of options", "a fraction of a second",
        "ten-gigabit Ethernet", "half of it", "twice", "one in the other", "a third approach", "the tenth section",
        "`twenty`", "often", "a weighty matter", "Seventeenth Street",
    ],
)  # fmt: skip
def test_what_is_not_a_quantity(text: str) -> None:
    assert not quantities(plain_prose(f"This is about {text}."))


def test_quantities_do_not_overlap_and_keep_their_order() -> None:
    text = "One took two minutes, one 100 thousand seconds, one 12 ms."
    assert [one[0] for one in quantities(text)] == ["two minutes", "thousand seconds", "12 ms"]
    text = "In 2 minutes or twenty."
    assert [one[0] for one in quantities(text)] == ["2 minutes", "twenty"]
