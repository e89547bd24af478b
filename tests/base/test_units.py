"""Quantities in words: rounded once, in the scale that fits what was rounded."""

from __future__ import annotations

from decimal import Decimal

import pytest

from macros.base.units import NARROW, SCALES, in_ours, memory, quantity, rounded, span, tick


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        ("0.30000000000000004", 3, "0.300"),
        ("14.5", 2, "15"),
        ("2.675", 3, "2.68"),
        ("9.996", 3, "10.0"),
        ("0", 3, "0"),
        ("1234567", 3, f"1{NARROW}230{NARROW}000"),
        ("0.0995", 2, "0.10"),
    ],
)
def test_one_formatter_rounds_halves_up(value: str, digits: int, text: str) -> None:
    assert rounded(Decimal(value), digits) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.1 + 0.2, "s", "300 ms"),
        (14186432, "B", "14.2 MB"),
        (999, "B", "999 B"),
        (61, "s", "1.02 min"),
        (5, "count", "5"),
        (0, "s", "0 s"),
        (0.00000234, "s", "2.34 µs"),
    ],
)
def test_a_quantity_is_shown_in_a_fitting_unit(value: float, unit: str, text: str) -> None:
    assert quantity(value, unit) == text.replace(" ", NARROW)


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(KeyError):
        quantity(1, "furlong")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (999_499, "B", "999 kB"),
        (999_500, "B", "1.00 MB"),
        (999_600, "B", "1.00 MB"),
        (59.94, "s", "59.9 s"),
        (59.99, "s", "1.00 min"),
        (3_599, "s", "1.00 h"),
        (0.9996, "s", "1.00 s"),
        (999.6e6, "bit/s", "1.00 Gbit/s"),
    ],
)
def test_a_quantity_is_rounded_before_its_scale_is_chosen(value: float, unit: str, text: str) -> None:
    assert quantity(value, unit) == text.replace(" ", NARROW)


@pytest.mark.parametrize("unit", [unit for unit, scales in SCALES.items() if len(scales) > 1 and unit != "memory"])
def test_no_quantity_fills_the_next_larger_scale(unit: str) -> None:
    """A quantity just below a scale is written in that scale, or stays below it once it is rounded."""
    for (_, larger), (name, size) in zip(SCALES[unit], SCALES[unit][1:], strict=False):
        for share in ("0.9994", "0.9995", "0.99949", "0.999999"):
            text = quantity(float(larger * Decimal(share)), unit)
            if text.endswith(f"{NARROW}{name}"):
                number = Decimal(text.removesuffix(f"{NARROW}{name}").replace(NARROW, ""))
                assert number < larger / size, text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 B"),
        (1023, "1 020 B"),
        (1023.6, "1 020 B"),
        (1015 * 2**20, "1 020 MiB"),
        (1023.5 * 2**20, "1 020 MiB"),
        (1024 * 2**20, "1.00 GiB"),
        (1.125 * 2**30, "1.13 GiB"),
        (100 * 2**20, "100 MiB"),
    ],
)
def test_memory_is_shown_in_binary_units(value: float, text: str) -> None:
    assert memory(value) == text.replace(" ", NARROW)


@pytest.mark.parametrize(
    ("value", "unit", "ours"),
    [
        ("125", "ms", (0.125, "s")),
        ("1,024", "KiB", (1048576, "B")),
        ("2.5", "GiB/s", (2.5 * 1024**3, "B/s")),
        ("9.4", "Gbit/s", (9.4e9, "bit/s")),
        ("3", "µs", (3e-6, "s")),
        ("3", "us", (3e-6, "s")),
        ("7", "", (7, "count")),
        ("12", "IOPS", (12, "1/s")),
        ("97.7", "%", (0.977, "times")),
    ],
)
def test_a_published_figure_in_our_unit(value: str, unit: str, ours: tuple[float, str]) -> None:
    found, word = in_ours(value, unit)
    assert found == pytest.approx(ours[0])
    assert word == ours[1]


@pytest.mark.parametrize(
    ("value", "unit"), [("12", "furlongs"), ("5 to 10", "ms"), ("5-10", "ms"), ("1e999999", "s"), ("NaN", "s")]
)
def test_a_published_figure_that_is_not_one_number_with_a_unit(value: str, unit: str) -> None:
    with pytest.raises(ValueError, match=r"none of|not one number"):
        in_ours(value, unit)


def test_an_interval_has_one_unit() -> None:
    assert span(0.095, 1.2, "s", 1.1).replace(NARROW, " ") == "0.0950 to 1.20 s"
    assert span(3, 4, "count", 3) == "3 to 4"
    assert span(-0.002, 0.001, "s", 0.001).replace(NARROW, " ") == "−2.00 to 1.00 ms"
    assert quantity(3.1, "s").replace(NARROW, " ") == "3.10 s"
    assert tick(0.30000000000000004, "s", 0.3).replace(NARROW, " ") == "300 ms"
