"""The one formatter of quantities: decimal, with a stated number of significant digits."""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

Scales = tuple[tuple[str, Decimal], ...]
"""The scales of a unit, the largest first: name and size."""
SCALES: dict[str, Scales] = {
    "B": (("GB", Decimal(10**9)), ("MB", Decimal(10**6)), ("kB", Decimal(10**3)), ("B", Decimal(1))),
    "memory": (("GiB", Decimal(2**30)), ("MiB", Decimal(2**20)), ("KiB", Decimal(2**10)), ("B", Decimal(1))),
    "s": (
        ("h", Decimal(3600)),
        ("min", Decimal(60)),
        ("s", Decimal(1)),
        ("ms", Decimal("1e-3")),
        ("µs", Decimal("1e-6")),
        ("ns", Decimal("1e-9")),
    ),
    "B/s": (("GB/s", Decimal(10**9)), ("MB/s", Decimal(10**6)), ("kB/s", Decimal(10**3)), ("B/s", Decimal(1))),
    "bit/s": (
        ("Gbit/s", Decimal(10**9)),
        ("Mbit/s", Decimal(10**6)),
        ("kbit/s", Decimal(10**3)),
        ("bit/s", Decimal(1)),
    ),
    "1/s": (("a second", Decimal(1)),),
    "count": (("", Decimal(1)),),
    "times": (("times", Decimal(1)),),
    "share": (("%", Decimal("0.01")),),
    "code": (("", Decimal(1)),),
}
TIMES = "times"  # the unit of a ratio
CODE = "code"  # the "unit" of numbers that name something and are neither compared nor averaged
SHARE = "share"  # a ratio that is written in per cent
MEMORY = "memory"  # bytes, in the units in which hosts and guests are sized
UNITS = frozenset(SCALES) - {TIMES, SHARE, MEMORY}  # of samples
# The units that sources use, and what each is in ours.
GIVEN: dict[str, tuple[str, Decimal]] = {
    "": ("count", Decimal(1)),
    "times": (TIMES, Decimal(1)),
    "%": (TIMES, Decimal("0.01")),
    "IOPS": ("1/s", Decimal(1)),
    "1/s": ("1/s", Decimal(1)),
    "us": ("s", Decimal("1e-6")),
    **{name: (unit, size) for unit in ("B", "s", "B/s", "bit/s") for name, size in SCALES[unit]},
    **{
        f"{prefix}iB{per}": (f"B{per}", Decimal(1024) ** power)
        for per in ("", "/s")
        for power, prefix in enumerate(("K", "M", "G"), 1)
    },
}
NARROW = "\u202f"  # the narrow no-break space between a number and its unit


def rounded(value: Decimal, digits: int) -> str:
    """Return `value` with `digits` significant digits, halves rounded away from zero, thousands set apart."""
    if value == 0:
        return "0"
    result = _significant(value, digits)
    result = result.quantize(Decimal(1).scaleb(result.adjusted() - digits + 1))  # 3.1 becomes 3.10
    return f"{result:,f}".replace(",", NARROW).replace("-", "−")


def _significant(value: Decimal, digits: int) -> Decimal:
    """Return `value` with `digits` significant digits, halves rounded away from zero."""
    return Context(prec=digits, rounding=ROUND_HALF_UP).create_decimal(value)


def _fitting(value: Decimal, scales: Scales) -> tuple[str, Decimal]:
    """Return the largest scale in which `value` is at least 1, for 0 that of the unit itself."""
    exact = abs(value) or Decimal(1)
    return next(((name, size) for name, size in scales if exact >= size), scales[-1])


def _written(value: Decimal, scales: Scales, digits: int) -> tuple[Decimal, str, Decimal]:
    """Return how `value` is written, in its unit, and its scale: the scale's name and size.

    It is rounded first, in the largest scale in which it is at least 1, and the scale is chosen for what that gives: so
    999,600 B is 1.00 MB and not 1 000 kB. `bytes` in docs/assets/js/choosing.js follows the same rule.
    """
    _, size = _fitting(value, scales)
    rounded_ = _significant(value / size, digits) * size
    return (rounded_, *_fitting(rounded_, scales))


def scale(value: float, unit: str, digits: int = 3) -> tuple[str, Decimal]:
    """Return the scale in which a value is written: its name and its size. Raises KeyError for another unit."""
    _, name, size = _written(Decimal(repr(value)), SCALES[unit], digits)
    return name, size


def tick(value: float, unit: str, near: float) -> str:
    """Return a value of an axis, without superfluous zeros, in the scale that fits `near`."""
    name, size = scale(near, unit)
    number = Context(prec=4).create_decimal(Decimal(repr(value)) / size).normalize()
    text = f"{number:,f}".replace(",", NARROW).replace("-", "−")
    return f"{text}{NARROW}{name}" if name else text


def span(low: float, high: float, unit: str, near: float, digits: int = 3) -> str:
    """Return "LOW to HIGH", both in the scale that fits `near`, the unit once."""
    name, size = scale(near, unit, digits)
    if unit == "count" and all(float(end).is_integer() for end in (low, high)):
        return f"{quantity(low, unit)} to {quantity(high, unit)}"
    text = " to ".join(rounded(Decimal(repr(end)) / size, digits) for end in (low, high))
    return f"{text}{NARROW}{name}" if name else text


def in_ours(value: str, unit: str) -> tuple[float, str]:
    """Return a figure as a source gives it in our unit, one of UNITS or TIMES, and that unit.

    Raises ValueError for a unit that is not in GIVEN, and for a value that is not one number.
    """
    if unit not in GIVEN:
        raise ValueError(f"the unit '{unit}' is none of: {', '.join(filter(None, GIVEN))}")
    ours, size = GIVEN[unit]
    try:
        number = Decimal(value.replace(",", ""))
    except InvalidOperation:
        raise ValueError(f"'{value}' is not one number") from None
    if not math.isfinite(found := float(number * size)):
        raise ValueError(f"'{value}' is not one number")
    return found, ours


def middle(values: Iterable[float], unit: str, *, log: bool) -> tuple[str, Decimal]:
    """Return the one scale in which a whole chart is written: that of the largest value, on a logarithmic axis of the middle one."""
    known = sorted(abs(value) for value in values if value)
    near = (known[len(known) // 2] if log else known[-1]) if known else 0.0
    return scale(near, unit)


def written_in(value: float, chosen: tuple[str, Decimal], digits: int = 3) -> str:
    """Return a value in a chosen scale, with its unit: 0.608 ms beside 2 050 ms. A whole number of things stays whole."""
    name, size = chosen
    exact = Decimal(repr(value)) / size
    text = _grouped(exact) if not name and exact == exact.to_integral_value() else rounded(exact, digits)
    return f"{text}{NARROW}{name}" if name else text


def span_in(low: float, high: float, chosen: tuple[str, Decimal], digits: int = 3) -> str:
    """Return "LOW to HIGH" in a chosen scale, the unit once."""
    name, _ = chosen
    first = written_in(low, chosen, digits)
    return f"{first.removesuffix(f'{NARROW}{name}') if name else first} to {written_in(high, chosen, digits)}"


def plain_in(value: float, chosen: tuple[str, Decimal]) -> str:
    """Return a value of an axis in a chosen scale, without its unit and superfluous zeros."""
    return _grouped(Context(prec=4).create_decimal(Decimal(repr(value)) / chosen[1]))


def _grouped(number: Decimal) -> str:
    return f"{number.normalize():,f}".replace(",", NARROW).replace("-", "−")


def memory(value: float) -> str:
    """Return an amount of memory, in bytes, in the units in which hosts and guests are sized, to three digits.

    The browser divides and rounds binary fractions: so does this, so that both always agree.
    """
    scales = SCALES[MEMORY]
    _, size = _fitting(Decimal(value), scales)
    written, name, size = _written(Decimal(value / float(size)) * size, scales, 3)
    return f"{rounded(written / size, 3)}{NARROW}{name}"


def quantity(value: float, unit: str, digits: int = 3) -> str:
    """Return a quantity given in `unit`, one of UNITS, in the scale that fits what is left of it after rounding.

    Raises KeyError for another unit.
    """
    exact = Decimal(repr(value))
    if unit == "count" and exact == exact.to_integral_value():
        return f"{int(exact):,}".replace(",", NARROW).replace("-", "−")
    written, name, size = _written(exact, SCALES[unit], digits)
    text = rounded(written / size, digits)
    return f"{text}{NARROW}{name}" if name else text
