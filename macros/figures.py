"""The one formatter of quantities: decimal, with a stated number of significant digits."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal

SCALES: dict[str, tuple[tuple[str, Decimal], ...]] = {
    "B": (("GB", Decimal(10**9)), ("MB", Decimal(10**6)), ("kB", Decimal(10**3)), ("B", Decimal(1))),
    "s": (
        ("min", Decimal(60)),
        ("s", Decimal(1)),
        ("ms", Decimal("1e-3")),
        ("µs", Decimal("1e-6")),
        ("ns", Decimal("1e-9")),
    ),
    "count": (("", Decimal(1)),),
}
UNITS = frozenset(SCALES)
NARROW = "\u202f"  # the narrow no-break space between a number and its unit


def rounded(value: Decimal, digits: int) -> str:
    """Return `value` with `digits` significant digits, halves rounded away from zero, thousands set apart."""
    if value == 0:
        return "0"
    result = Context(prec=digits, rounding=ROUND_HALF_UP).create_decimal(value)
    return f"{result:,f}".replace(",", NARROW)


def quantity(value: float, unit: str, digits: int = 3) -> str:
    """Return a quantity given in `unit` (B, s or count) in the largest scale in which it is at least 1.

    Raises KeyError for another unit.
    """
    exact = Decimal(repr(value))
    scales = SCALES[unit]
    name, size = next(((n, s) for n, s in scales if abs(exact) >= s), scales[-1])
    whole = unit == "count" and exact == exact.to_integral_value()
    text = f"{int(exact):,}".replace(",", NARROW) if whole else rounded(exact / size, digits)
    return f"{text}{NARROW}{name}" if name else text
