"""Passes requests that come to a port of this machine's loopback on to other ports of it, in turn.

usage: balancer.py PORT LIST

LIST is a file with a port on each line, read anew at each request: who edits it decides where the next request goes. A
request is passed on once; if that fails, its answer is 502. /drained/P answers when P is out of the list and no request
is under way to it. A request is counted as under way in the same moment in which the list is read for it, so that none
can be overlooked.
"""

from __future__ import annotations

import http.client
import sys
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

PATIENCE = 60.0  # seconds that a request may take, on a busy machine too


class Balancer(BaseHTTPRequestHandler):
    """One request: what is asked of the balancer itself, or what it passes on."""

    ports: ClassVar[Path]
    changed: ClassVar[threading.Condition] = threading.Condition()
    under_way: ClassVar[Counter[str]] = Counter()
    turn: ClassVar[int] = 0

    def do_GET(self) -> None:
        """Answer a request."""
        if self.path.startswith("/drained/"):
            self.reply(*self.drained(self.path.removeprefix("/drained/")))
            return
        with self.changed:
            ports = self.ports.read_text().split()
            port = ports[self.turn % len(ports)] if ports else ""
            type(self).turn += 1
            self.under_way[port] += 1
        try:
            self.reply(*self.passed_on(port))
        finally:
            with self.changed:
                self.under_way[port] -= 1
                self.changed.notify_all()

    def drained(self, port: str) -> tuple[int, bytes]:
        """Wait until nothing is under way to `port`; return 409 if requests still may go there."""
        with self.changed:
            if port in self.ports.read_text().split():
                return 409, b"still in the list\n"
            done = self.changed.wait_for(lambda: not self.under_way[port], PATIENCE)
        return (200, b"drained\n") if done else (504, b"requests are under way\n")

    def passed_on(self, port: str) -> tuple[int, bytes]:
        """Return the status and the body that the instance at `port` answers, or 502."""
        if not port:
            return 502, b"no instance\n"
        connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=PATIENCE)
        try:
            connection.request("GET", self.path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return 502, b"no answer\n"
        finally:
            connection.close()

    def reply(self, status: int, body: bytes) -> None:
        """Send an answer."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def main(words: list[str]) -> None:
    """Serve until ended. Raises SystemExit with a message if called otherwise than the usage says."""
    if len(words) != 2:
        sys.exit(__doc__)
    Balancer.ports = Path(words[1])
    ThreadingHTTPServer(("127.0.0.1", int(words[0])), Balancer).serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
