"""Finds TCP ports of this machine's loopback for the examples: the system chooses every one of them.

usage: ports.py of PID        print the port on which a process listens; wait for it to listen
       ports.py held COUNT    print ports for servers that cannot be given port 0, and keep others from them

A server that binds port 0 gets a port that nobody else has, and `of` tells which. A number that is asked of the system
and released may be another's before the server has it. `held` therefore leaves a process behind that stays bound to the
ports and never listens. As it allows the address to be used again, so may a server (on Linux, if it allows that too, as
servers do), while the system gives the port to nobody who asks for any. The process ends with the run that it belongs to.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

SECONDS = 30.0  # that a server may take to listen on an idle machine
LISTENS = "0A"  # the state in /proc/net/tcp


def of(pid: int) -> list[int]:
    """Return the TCP ports on which a process listens. Raises OSError if there is no such process."""
    if not Path("/proc/self/net/tcp").exists():
        return _by_lsof(pid)
    inodes = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            inodes.add(str(descriptor.readlink()).removeprefix("socket:[").removesuffix("]"))
        except FileNotFoundError:  # closed meanwhile
            continue
    ports = set()
    for table in ("tcp", "tcp6"):
        file = Path(f"/proc/{pid}/net/{table}")
        for row in file.read_text().splitlines()[1:] if file.exists() else ():
            _, local, _, state, _, _, _, _, _, inode, *_ = row.split()
            if state == LISTENS and inode in inodes:
                ports.add(int(local.rpartition(":")[2], 16))
    return sorted(ports)


def _by_lsof(pid: int) -> list[int]:
    """Return the same where the kernel has no /proc, as on macOS."""
    lsof = shutil.which("lsof", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if lsof is None:
        sys.exit("ports: no /proc here, and no program 'lsof'")
    words = [lsof, "-nP", "-a", "-p", str(pid), "-iTCP", "-sTCP:LISTEN", "-Fn"]
    told = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False).stdout
    os.kill(pid, 0)
    return sorted({int(port) for port in re.findall(r"^n.*:(\d+)$", told, re.MULTILINE)})


def wait_for(pid: int, seconds: float) -> int:
    """Return the one port on which a process listens. Raises SystemExit if it ends, listens on several, or never."""
    end = time.monotonic() + seconds
    while True:
        try:
            found = of(pid)
        except OSError:
            sys.exit(f"ports: process {pid} has ended, or is another user's")
        if len(found) == 1:
            return found[0]
        if found:
            sys.exit(f"ports: process {pid} listens on {found}, not on one port")
        if time.monotonic() > end:
            sys.exit(f"ports: process {pid} did not listen within {seconds:.0f} s")
        time.sleep(0.05)


def hold(count: int) -> list[socket.socket]:
    """Return `count` sockets that are bound to ports of the loopback, and do not listen."""
    held = []
    for _ in range(count):
        held.append(socket.socket())
        held[-1].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held[-1].bind(("127.0.0.1", 0))
    return held


def held(count: int) -> None:
    """Print `count` ports, and leave a process behind that holds them until it is ended."""
    sockets = hold(count)
    print(*(bound.getsockname()[1] for bound in sockets), flush=True)
    if os.fork():
        return
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):  # whoever reads them is not to wait for this process
        os.dup2(nothing, standard)
    while True:
        signal.pause()


def main(words: list[str]) -> None:
    """Do what the usage says. Raises SystemExit with a message if called otherwise."""
    if len(words) != 2 or words[0] not in {"of", "held"} or not words[1].isdigit():
        sys.exit(__doc__)
    if words[0] == "of":
        print(wait_for(int(words[1]), SECONDS * float(os.environ.get("CVM_PATIENCE", "1"))))
    else:
        held(int(words[1]))


if __name__ == "__main__":
    main(sys.argv[1:])
