"""Whether this machine's Docker client passes an option on to the daemon: asked of the client alone, with nothing created."""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import UnixStreamServer
from typing import Any


class _Daemon(BaseHTTPRequestHandler):
    """What a client needs to hear before it asks for a container; keeps what it then asks for."""

    asked: list[dict[str, Any]]

    def do_GET(self) -> None:
        """Answer the client's ping."""
        self._answer(200, {})

    do_HEAD = do_GET

    def do_POST(self) -> None:
        """Keep the container that the client asks for."""
        self.asked.append(json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}"))
        self._answer(201, {"Id": "0" * 64, "Warnings": []})

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Api-Version", "1.41")
        self.send_header("Ostype", "linux")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def address_string(self) -> str:
        """Return nothing: a Unix socket's client has no address."""
        return ""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def host_config(*options: str) -> dict[str, Any]:
    """Return the part HostConfig of what the client sends for `docker create OPTIONS image`; {} where it sends nothing."""
    asked: list[dict[str, Any]] = []
    handler = type("Daemon", (_Daemon,), {"asked": asked})
    with tempfile.TemporaryDirectory(prefix="cvm-client-") as directory:
        address = str(Path(directory) / "socket")
        with UnixStreamServer(address, handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            words = ["docker", "--host", f"unix://{address}", "create", *options, "image"]
            try:
                subprocess.run(words, capture_output=True, timeout=120, check=False, stdin=subprocess.DEVNULL)
            except (OSError, subprocess.TimeoutExpired):
                return {}
            finally:
                server.shutdown()
    return dict(asked[-1].get("HostConfig", {})) if asked else {}
