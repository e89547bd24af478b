"""The check of addresses, asked of a server of our own: no test asks the network."""

from __future__ import annotations

import socket
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from macros.base.problems import told
from snippets.runner.paths import ROOT
from tests import addresses

STATES = {"/there": 200, "/moved": 301, "/gone": 404, "/removed": 410, "/refused": 403, "/busy": 429, "/broken": 500}


class _Handler(http.server.BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        type(self).asked.append(self.path)
        self.send_response(STATES[self.path])
        if self.path == "/moved":
            self.send_header("Location", "/there")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    _Handler.asked = []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as served:
        thread = threading.Thread(target=served.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{served.server_port}"
        served.shutdown()
        thread.join()


def test_what_is_gone_is_told_from_what_does_not_say(server: str) -> None:
    answers = addresses.ask_all({path: server + path for path in STATES}, 10)
    assert {one.key: one.state for one in answers} == {
        "/there": "there",
        "/moved": "there",
        "/gone": "gone",
        "/removed": "gone",
        "/refused": "silent",
        "/busy": "silent",
        "/broken": "silent",
    }
    assert _Handler.asked.count("/gone") == 2, "what seems gone is asked once more"


def nobody() -> str:
    """Return an address that nothing serves: its port was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        return f"http://127.0.0.1:{held.getsockname()[1]}/"


def test_a_port_that_nobody_serves_does_not_say(server: str) -> None:
    assert addresses.ask("x", nobody(), 5).state == "silent"


def test_an_address_that_is_gone_is_told_with_its_line(
    server: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / addresses.FILE
    file.parent.mkdir(parents=True)
    file.write_text(f'one:\n  url: "{server}/there#part"\ntwo:\n  url: "{server}/gone"\n', "utf-8")
    assert addresses.main(tmp_path, 10) == 1
    said = capsys.readouterr()
    assert said.err.split("\n")[1].startswith(f"{addresses.FILE}:4: the source 'two' answers 404: {server}/gone")
    assert "    remedy: read the source where it is now" in said.err
    assert "1 of 2 sources are there" in said.out


def test_nothing_there_is_a_failure_of_the_network_and_not_a_success(tmp_path: Path) -> None:
    file = tmp_path / addresses.FILE
    file.parent.mkdir(parents=True)
    file.write_text(f'one:\n  url: "{nobody()}"\n', "utf-8")
    assert addresses.main(tmp_path, 5) == 1


def test_every_source_has_an_address_to_ask() -> None:
    found = addresses.addresses(ROOT)
    assert len(found) > 100
    assert all(url.startswith("https://") and "#" not in url for url in found.values())
    assert told(addresses.problems([], ROOT)).startswith("0 problems")
