"""Picks readings out of what fio and iperf3 write as JSON, and iperf as text, and prints them in base units.

usage: readings.py fio PLACE…   one result of fio after the other on standard input, one a place; prints lines
                                "METRIC-PLACE VALUE" for its jobs stream, read and write
       readings.py iperf3 PLACE one result of iperf3's client on standard input; prints "stream-PLACE VALUE", the bits a
                                second that arrived
       readings.py iperf PLACE  what iperf's client wrote with --bounceback; prints "trip-PLACE VALUE", the seconds of a
                                round trip: the inverse of the round trips a second, one after the other

Lines that are no part of a result, as a console shows them, are passed over.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from typing import Any


def results(text: str) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects of `text`, each of which begins with a line that is a brace alone."""
    decoder = json.JSONDecoder()
    text = "\n" + text.replace("\r", "")
    place = 0
    while (start := text.find("\n{\n", place)) >= 0:
        found, place = decoder.raw_decode(text, start + 1)
        yield found


def fio(result: dict[str, Any], place: str) -> Iterator[str]:
    """Yield bytes a second of the job stream; operations a second and the 99th percentile of read and write."""
    jobs = {job["jobname"]: job for job in result["jobs"]}
    wrong = [name for name, job in jobs.items() if job["error"]]
    if set(jobs) != {"stream", "read", "write"} or wrong:
        sys.exit(f"fio ran the jobs {sorted(jobs)}, of which failed: {wrong}")
    yield f"stream-{place} {jobs['stream']['write']['bw_bytes']}"
    for name in ("read", "write"):
        did = jobs[name][name]
        yield f"{name}-{place} {did['iops']:.3f}"
        yield f"{name}-slowest-{place} {did['clat_ns']['percentile']['99.000000'] / 1e9:.9f}"


def trip(text: str) -> float:
    """Return the seconds of a round trip, from the last line that iperf ends with a rate in rps."""
    rates = re.findall(r"(?m) ([\d.]+) rps\s*$", text)
    if not rates or not float(rates[-1]):
        sys.exit("iperf reports no round trips a second")
    return 1 / float(rates[-1])


def main(words: list[str]) -> None:
    """Print the readings that `words` ask for."""
    if len(words) < 2 or words[0] not in {"fio", "iperf3", "iperf"} or (words[0] != "fio" and len(words) > 2):
        sys.exit(__doc__)
    if words[0] == "iperf":
        print(f"trip-{words[1]} {trip(sys.stdin.read()):.9f}")
        return
    found = list(results(sys.stdin.read()))
    places = words[1:]
    if len(found) != len(places):
        sys.exit(f"{words[0]}: {len(found)} results for {len(places)}")
    for result, place in zip(found, places, strict=True):
        if words[0] == "fio":
            print(*fio(result, place), sep="\n")
        elif "error" in result:
            sys.exit(f"iperf3: {result['error']}")
        else:
            print(f"stream-{place} {result['end']['sum_received']['bits_per_second']:.0f}")


if __name__ == "__main__":
    main(sys.argv[1:])
