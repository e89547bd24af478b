"""The parsers of the lab: what each measuring tool prints becomes readings in base units, and anything that is not a result is refused."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from snippets.runner.paths import LAB_SCRIPTS

CPU = """\
sysbench 1.0.20 (using system LuaJIT 2.1.0)
CPU speed:
    events per second:  4511.10
Latency (ms):
         99th percentile:                        0.23
"""
MEMORY = """\
sysbench 1.0.20 (using system LuaJIT 2.1.0)
Total operations: 21 (   20.38 per second)
2688.00 MiB transferred (2608.68 MiB/sec)
         95th percentile:                       62.19
"""


def parsed(tool: str, words: list[str], text: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", str(LAB_SCRIPTS / f"{tool}.py"), *words]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False)


def test_sysbench_in_base_units() -> None:
    done = parsed("sysbench", ["primes", "write"], CPU + "a line of the console\r\n" + MEMORY)
    assert done.stdout == f"primes 4511.10\nwrite {round(2608.68 * 2**20)}\n", done.stderr


def test_a_percentile_of_sysbench_is_told_in_seconds_where_it_is_asked_for() -> None:
    assert parsed("sysbench", ["--slow", "alone"], CPU).stdout == "alone 4511.10\nalone-slow 0.00023\n"


@pytest.mark.parametrize(
    ("words", "text", "message"),
    [
        (["primes", "write"], CPU, "1 results for 2"),
        (["primes"], "sysbench 1.0.20\nFATAL: no memory\n", "holds neither"),
        (["--slow", "alone"], CPU.replace("99th percentile", "maximum"), "holds no percentile"),
        ([], CPU, "usage"),
    ],
)
def test_what_is_no_result_of_sysbench_is_refused(words: list[str], text: str, message: str) -> None:
    done = parsed("sysbench", words, text)
    assert done.returncode != 0 and message in done.stderr


FIO = {
    "jobs": [
        {"jobname": "stream", "error": 0, "write": {"bw_bytes": 1000}},
        {"jobname": "read", "error": 0, "read": {"iops": 2.5, "clat_ns": {"percentile": {"99.000000": 5e6}}}},
        {"jobname": "write", "error": 0, "write": {"iops": 3.5, "clat_ns": {"percentile": {"99.000000": 7e6}}}},
    ]
}


def test_fio_in_base_units() -> None:
    text = f"a line of the console\n{json.dumps(FIO, indent=2)}\n"
    lines = parsed("readings", ["fio", "host"], text).stdout.split("\n")
    assert lines[:3] == ["stream-host 1000", "read-host 2.500", "read-slowest-host 0.005000000"]


def test_iperf_in_base_units() -> None:
    text = json.dumps({"end": {"sum_received": {"bits_per_second": 9.4e9}}}, indent=2)
    assert parsed("readings", ["iperf3", "tap"], text).stdout == "stream-tap 9400000000\n"
    refused = parsed("readings", ["iperf3", "tap"], json.dumps({"error": "no route"}, indent=2))
    assert refused.returncode != 0 and "no route" in refused.stderr


BOUNCED = """\
[ ID] Interval        Transfer    Bandwidth         BB cnt=avg/min/max/stdev         Rtry  Cwnd/RTT    RPS
[  1] 0.00-0.20 sec   391 KBytes  16.0 Mbits/sec    2000=0.098/0.055/0.511/0.020 ms    0   14K/74 us    10000 rps
"""


def test_a_round_trip_of_iperf_is_the_inverse_of_its_rate() -> None:
    assert parsed("readings", ["iperf", "tap"], BOUNCED).stdout == "trip-tap 0.000100000\n"


@pytest.mark.parametrize("text", ["", BOUNCED.replace("10000 rps", "0 rps"), "tcp bounce-back read failed\n"])
def test_what_is_no_result_of_iperf_is_refused(text: str) -> None:
    """A client that heard nothing reports no rate, or none that has an inverse."""
    done = parsed("readings", ["iperf", "tap"], text)
    assert done.returncode != 0 and "no round trips" in done.stderr
