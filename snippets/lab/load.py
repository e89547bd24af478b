"""Sends a bounded number of requests to a port of this machine's loopback, at a steady rate, and prints one line for each.

usage: load.py PORT PATH COUNT RATE

A request is sent when its time has come, whether or not those before it were answered, as long as fewer than eight are under
way: a machine that is too slow for the rate gets fewer requests, and not more and more at once. Each has a connection of its own
and a minute. A line holds the seconds from the start of the load to the request, the status ("failed" if there was no
answer) and the answer's first line, or why there was none. SIGTERM ends the sending early; what was sent is waited for. It
never sends anything to another machine.
"""

from __future__ import annotations

import http.client
import signal
import sys
import threading
import time

PATIENCE = 60.0  # seconds that a request may take, on a busy machine too
MOST, FASTEST, AT_ONCE = 10_000, 100, 8  # requests, requests a second, requests under way


def ask(port: int, path: str) -> tuple[str, str]:
    """Return the status and the first line of the answer, or "failed" and the reason."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        return "failed", type(error).__name__
    finally:
        connection.close()
    return str(answer.status), (body.splitlines() or ["empty"])[0]


def load(port: int, path: str, count: int, rate: float, enough: threading.Event) -> list[str]:
    """Send up to `count` requests, `rate` a second, until `enough` is set; return a line for each, in the order sent."""
    lines: list[str] = []
    threads: list[threading.Thread] = []
    start = time.monotonic()
    places = threading.Semaphore(AT_ONCE)

    def one(number: int) -> None:
        began = time.monotonic() - start
        try:
            status, text = ask(port, path)
        finally:
            places.release()
        lines[number] = f"{began:.2f} {status} {text}"

    while len(threads) < count and not enough.wait(max(0.0, len(threads) / rate - (time.monotonic() - start))):
        if not places.acquire(timeout=0.1):
            continue
        lines.append("")
        threads.append(threading.Thread(target=one, args=(len(threads),), daemon=True))
        threads[-1].start()
    for thread in threads:
        thread.join()
    return lines


def main(words: list[str]) -> str:
    """Return what is printed. Raises SystemExit with a message where nothing is."""
    if len(words) != 4:
        sys.exit(__doc__)
    port, path, count, rate = int(words[0]), words[1], int(words[2]), float(words[3])
    if not (0 < count <= MOST and 0 < rate <= FASTEST):
        sys.exit(f"load: at most {MOST} requests, at most {FASTEST} a second")
    enough = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: enough.set())
    return "\n".join(load(port, path, count, rate, enough))


if __name__ == "__main__":
    print(main(sys.argv[1:]))
