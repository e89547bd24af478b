"""Picks readings out of what sysbench prints, and prints them in base units.

usage: sysbench.py [--slow] METRIC…   one result of sysbench after the other on standard input, one a metric; prints lines
                                      "METRIC VALUE": events a second for the test cpu, bytes a second for the test memory;
                                      with --slow, also "METRIC-slow VALUE": the seconds of the percentile that was asked for

Lines that are no part of a result, as a console shows them, are passed over.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

START = re.compile(r"^sysbench \d", re.MULTILINE)
EVENTS = re.compile(r"events per second:\s*(?P<value>[\d.]+)")
MOVED = re.compile(r"transferred \((?P<value>[\d.]+) MiB/sec\)")
SLOW = re.compile(r"\d+(?:st|nd|rd|th) percentile:\s*(?P<value>[\d.]+)")
MIB = 1 << 20


def readings(result: str, metric: str, *, slow: bool) -> Iterator[str]:
    """Yield the readings of one result, "METRIC VALUE" each. Exits with a message for a result without its figure."""
    if moved := MOVED.search(result):
        yield f"{metric} {float(moved['value']) * MIB:.0f}"
    elif events := EVENTS.search(result):
        yield f"{metric} {events['value']}"
    else:
        sys.exit(f"sysbench: the result for {metric} holds neither events per second nor MiB/sec")
    if slow:
        if (found := SLOW.search(result)) is None:
            sys.exit(f"sysbench: the result for {metric} holds no percentile")
        yield f"{metric}-slow {float(found['value']) / 1000:.5f}"


def main(words: list[str]) -> None:
    """Print the readings that `words` ask for."""
    slow = words[:1] == ["--slow"]
    metrics = words[slow:]
    if not metrics:
        sys.exit(__doc__)
    _, *results = START.split(sys.stdin.read().replace("\r", ""))
    if len(results) != len(metrics):
        sys.exit(f"sysbench: {len(results)} results for {len(metrics)}")
    for result, metric in zip(results, metrics, strict=True):
        print(*readings(result, metric, slow=slow), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
