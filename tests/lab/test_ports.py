"""Ports for the examples: a server that binds port 0 is found by its process, and a held port goes to its server alone."""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from snippets.runner.paths import LAB_SCRIPTS

PROGRAM = LAB_SCRIPTS / "ports.py"
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
SERVER = """
import socket, sys, time
servers = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(server.getsockname()[1] for server in servers), flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def ports() -> ModuleType:
    """The program as a module: it is no part of a package, since scripts run it alone."""
    spec = importlib.util.spec_from_file_location("ports", PROGRAM)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def asked(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", str(PROGRAM), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | more)


def server(count: int) -> Iterator[tuple[int, list[int]]]:
    """Yield the number of a process that listens on so many ports, and the ports."""
    words = [sys.executable, "-I", "-S", "-c", SERVER, str(count)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.pid, [int(port) for port in process.stdout.readline().split()]
        process.kill()


@LINUX
def test_the_port_of_a_server_is_found_by_its_process() -> None:
    for pid, (port,) in server(1):
        done = asked("of", str(pid))
        assert done.stdout == f"{port}\n", done.stderr


@LINUX
@pytest.mark.parametrize(("count", "message"), [(0, "did not listen within"), (2, "not on one port")])
def test_a_process_that_listens_on_no_port_or_on_several_is_refused(count: int, message: str) -> None:
    for pid, _ in server(count):
        done = asked("of", str(pid), CVM_PATIENCE="0.01")
        assert done.returncode != 0 and message in done.stderr and not done.stdout


@LINUX
def test_a_process_that_has_ended_is_named() -> None:
    process = subprocess.Popen(["true"])
    process.wait()
    done = asked("of", str(process.pid))
    assert done.returncode != 0 and "has ended" in done.stderr


@pytest.mark.parametrize("words", [[], ["of"], ["of", "x"], ["free", "1"], ["held", "1", "2"]])
def test_another_call_is_answered_with_the_usage(words: list[str]) -> None:
    done = asked(*words)
    assert done.returncode != 0 and "usage" in done.stderr


@LINUX
def test_a_held_port_is_given_to_nobody_but_to_the_server_that_names_it(ports: ModuleType) -> None:
    """Neither to who asks for any port nor, as its own, to who connects; the server listens there as soon as it wants."""
    held = ports.hold(3)
    numbers = {bound.getsockname()[1] for bound in held}
    others = [socket.create_server(("127.0.0.1", 0)) for _ in range(3000)]
    assert len(numbers) == 3 and not numbers & {other.getsockname()[1] for other in others}
    clients = [socket.create_connection(others[0].getsockname()) for _ in range(100)]
    assert not numbers & {client.getsockname()[1] for client in clients}
    for number in numbers:
        with socket.create_server(("127.0.0.1", number)) as given:
            assert given.getsockname()[1] == number
    for end in (*clients, *others, *held):
        end.close()


@LINUX
def test_the_holder_keeps_no_pipe_open_and_outlives_the_call() -> None:
    mark = f"CVM_TEST_MARK={os.getpid()}"
    done = asked(
        "held", "2", CVM_TEST_MARK=str(os.getpid())
    )  # it would not return if the process left behind held its output
    numbers = [int(port) for port in done.stdout.split()]
    assert len(set(numbers)) == 2, done.stderr
    ours = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and mark in environment(entry)]
    assert len(ours) == 1
    for number in numbers:
        with pytest.raises(OSError, match="in use"), socket.socket() as stranger:
            stranger.bind(("127.0.0.1", number))  # which does not allow the address to be used again
    for pid in ours:
        os.kill(pid, signal.SIGKILL)
    free = time.monotonic() + 60
    while any(Path(f"/proc/{pid}/fd").exists() and bound(pid) for pid in ours) and time.monotonic() < free:
        time.sleep(0.05)
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", numbers[0]))


def environment(entry: Path) -> list[str]:
    """Return the environment with which a process was started, as far as it may be read."""
    try:
        return (entry / "environ").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []


def bound(pid: int) -> bool:
    """Return whether a process holds a socket."""
    try:
        return any(str(end.readlink()).startswith("socket:") for end in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False


def test_without_proc_lsof_is_asked(ports: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On macOS; a stand-in answers as lsof -Fn does, with a line for the process, for each descriptor and its address."""
    lsof = tmp_path / "lsof"
    lsof.write_text("#!/bin/sh\necho p$5\nfor at in 127.0.0.1 '[::1]'; do echo f6; echo n$at:49152; done\n")
    lsof.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert ports._by_lsof(os.getpid()) == [49152]
