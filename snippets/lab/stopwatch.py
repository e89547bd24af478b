"""Prints the seconds from the start of a command to the first line with the word "ready" on its standard output.

usage: stopwatch.py COMMAND [ARGUMENT…]
       stopwatch.py --at-once N COMMAND [ARGUMENT…]
       stopwatch.py --in-turn N[,N…] COMMAND [ARGUMENT…]

The clock starts just before the command's process is made and stops when the line has been read from its
standard output: both events are the same whatever the command starts. The command is then given ten seconds, or
CVM_PATIENCE times as many, to end, and ended if it does not. It exits with 1, and prints nothing, if the line never came.

With --at-once it starts N instances without waiting and prints the seconds until each has written its line. With
--in-turn it starts the next when the one before has written its line, and prints "N SECONDS" for each N asked for,
counted from the start of the first. "{}" in an argument becomes the instance's number. All instances run until the
last line has come; then the commands are killed, and what they started elsewhere, as a container, is the caller's to end.
"""

from __future__ import annotations

import os
import re
import selectors
import signal
import subprocess
import sys
import time
from contextlib import suppress

READY = re.compile(rb"\bready\b[^\n]*\n")
GRACE = 10.0 * float(os.environ.get("CVM_PATIENCE", "1"))  # seconds that a command may go on after its line


class Instance:
    """A command that was started, and the pipe from its standard output."""

    def __init__(self, command: list[str]) -> None:
        self.output, write = os.pipe()
        try:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=write)
        finally:
            os.close(write)
        self.line = b""  # what came of the line that is not complete

    def is_ready(self) -> bool | None:
        """Wait for output and return whether the line came with it; None if there will be no more."""
        chunk = os.read(self.output, 65536)
        if not chunk:
            return None
        text = self.line + chunk
        self.line = text.rpartition(b"\n")[2]
        return READY.search(text) is not None

    def end(self, grace: float) -> None:
        """Read what the command goes on to write, so that it never waits for a reader; end it after `grace` seconds."""
        os.set_blocking(self.output, False)
        end = time.monotonic() + grace
        while self.process.poll() is None and time.monotonic() < end:
            with suppress(BlockingIOError):
                os.read(self.output, 65536)
            time.sleep(0.005)
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(3)
            except subprocess.TimeoutExpired:
                self.kill()
        os.close(self.output)

    def kill(self) -> None:
        """End the command at once."""
        self.process.kill()
        self.process.wait()


def measure(command: list[str]) -> float | None:
    """Return the seconds until the line came, or None if the command ended without it."""
    start = time.monotonic()
    instance = Instance(command)
    try:
        while (ready := instance.is_ready()) is False:
            pass
        seconds = time.monotonic() - start
    finally:
        instance.end(GRACE)
    return seconds if ready else None


def numbered(command: list[str], number: int) -> list[str]:
    """Return the command of one instance."""
    return [word.replace("{}", str(number)) for word in command]


def at_once(command: list[str], count: int) -> float | None:
    """Return the seconds until each of `count` instances wrote its line, or None if one ended without it."""
    instances: list[Instance] = []
    try:
        with selectors.DefaultSelector() as selector:
            start = time.monotonic()
            for number in range(1, count + 1):
                instances.append(Instance(numbered(command, number)))
                selector.register(instances[-1].output, selectors.EVENT_READ, instances[-1])
            while selector.get_map():
                for key, _ in selector.select():
                    ready = key.data.is_ready()
                    if ready is None:
                        return None
                    if ready:
                        selector.unregister(key.fd)
            return time.monotonic() - start
    finally:
        for instance in instances:
            instance.kill()


def in_turn(command: list[str], counts: list[int]) -> list[tuple[int, float]] | None:
    """Return, for each of `counts`, the seconds until that many instances wrote their line, or None if one did not."""
    instances: list[Instance] = []
    found = []
    try:
        start = time.monotonic()
        for number in range(1, max(counts) + 1):
            instances.append(Instance(numbered(command, number)))
            while (ready := instances[-1].is_ready()) is False:
                pass
            if ready is None:
                return None
            if number in counts:
                found.append((number, time.monotonic() - start))
        return found
    finally:
        for instance in instances:
            instance.kill()


def main(words: list[str]) -> str:
    """Return what is printed. Raises SystemExit with a message where nothing is."""
    if not words or (words[0] in ("--at-once", "--in-turn") and len(words) < 3):
        sys.exit(__doc__)
    if words[0] == "--at-once":
        command = words[2:]
        seconds = at_once(command, int(words[1]))
        text = "" if seconds is None else f"{seconds:.6f}"
    elif words[0] == "--in-turn":
        command = words[2:]
        text = "\n".join(f"{n} {s:.6f}" for n, s in in_turn(command, [int(n) for n in words[1].split(",")]) or ())
    else:
        command = words
        seconds = measure(command)
        text = "" if seconds is None else f"{seconds:.6f}"
    if not text:
        sys.exit(f"stopwatch: '{' '.join(command)}' ended without a line that holds 'ready'")
    return text


if __name__ == "__main__":
    print(main(sys.argv[1:]))
