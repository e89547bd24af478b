"""Runs one command and lets nothing that it started outlive it: `python supervise.py COMMAND…`.

Orphans of the command become children of this process (a "child subreaper", prctl(2)), however they detached
themselves and whatever became of their environment. When the command ends, or this process is told to end, they are
killed; so they are when the process that called this one dies, even by SIGKILL. Its exit code is the command's; a command that a signal ended gives 128 and the signal's number.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from types import FrameType

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # linux/prctl.h
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def children() -> list[int]:
    """Return the process ids of this process's children, from the parent's id in /proc/PID/stat, proc(5)."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):  # noqa: PTH208, pathlib would double the start-up time
        try:
            with open(f"/proc/{name}/stat", "rb") as file:  # noqa: PTH123
                parent = file.read().rpartition(b")")[2].split()[1]
        except OSError:
            continue
        if int(parent) == os.getpid():
            found.append(int(name))
    return found


def kill_descendants() -> None:
    """Kill children until there are none: those of a killed child become children in turn."""
    while found := children():
        for pid in found:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        for pid in found:
            try:
                os.waitpid(pid, 0)
            except ChildProcessError:
                continue


def restore_settings() -> None:
    """Write back the host's settings that the script changed, if the runner that would do so is dead.

    See `runs.restore_settings`, which finds nothing more to do then.
    """
    from pathlib import Path  # here, since it costs each run's start some milliseconds and is hardly ever needed

    saved = Path(os.environ.get("CVM_WORK", "/nonexistent")).parent / "settings"
    if not saved.is_file():
        return
    for line in reversed(saved.read_text("utf-8").splitlines()):
        file, _, value = line.partition(" ")
        Path(file).write_text(f"{value}\n", "utf-8")
    saved.unlink()


def main(command: list[str]) -> int:
    """Run the command, wait for its end, kill what it left; return its exit code."""
    parent = os.getppid()
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    if sys.platform == "linux":
        prctl = ctypes.CDLL(None, use_errno=True).prctl
        prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            return 128 + signal.SIGTERM
    child = os.fork()
    if child == 0:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        os.execvp(command[0], command)

    def end(number: int, _frame: FrameType | None) -> None:
        for other in ENDING:
            signal.signal(other, signal.SIG_IGN)
        kill_descendants()
        try:
            restore_settings()
        except OSError as error:  # kept for the next sweep, which names it
            print(f"a setting could not be set back: {error}", file=sys.stderr)
        os._exit(128 + number)

    for number in ENDING:
        signal.signal(number, end)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    while True:  # other children may end before the command does
        pid, status = os.wait()
        if pid == child:
            break
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    kill_descendants()
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
