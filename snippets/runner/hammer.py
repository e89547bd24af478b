"""Kills examples at random moments and says what is left of them: `make hammer`, for anyone who changes the runner or adds examples.

Each time, one side of an example is started as `bash SCRIPT` starts it, and after a random part of its usual time the
script, its whole group or its runner is sent SIGTERM or SIGKILL. Then the next run's cleaning is done, and what this
host has is compared with what it had before: containers, networks, volumes, images, network devices, mounts, processes
of the run, directories of runs. Prints a line a kill; exits with 1 if anything was left. SEED= repeats a series.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from macros.model.example_reader import load_examples
from macros.model.examples import Side
from snippets.runner import engines, lab, runs
from snippets.runner.paths import SNIPPETS

WAIT = 60  # seconds that a runner has to end after it received the signal


def _lines(*words: str) -> set[str]:
    done = subprocess.run(words, capture_output=True, text=True, timeout=600, check=False)
    return {f"{words[1]}: {line}" for line in done.stdout.splitlines()}


def inventory() -> set[str]:
    """Return what of this host an example could leave behind, a line each."""
    found = _lines("docker", "ps", "--all", "--no-trunc", "--format", "container {{.Names}}")
    found |= _lines("docker", "network", "ls", "--format", "network {{.Name}}")
    found |= _lines("docker", "volume", "ls", "--format", "volume {{.Name}}")
    found |= _lines("docker", "images", "--all", "--no-trunc", "--format", "image {{.ID}} {{.Repository}}")
    found |= {f"device {path.name}" for path in Path("/sys/class/net").iterdir()}
    found |= {f"mount {line.split()[1]}" for line in Path("/proc/self/mounts").read_text().splitlines()}
    if runs.RUNS.is_dir():
        found |= {f"run {path.name}" for path in runs.RUNS.iterdir()}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
                if f"{runs.VARIABLE}=".encode() in (entry / "environ").read_bytes():
                    found.add(f"process {entry.name} {words[:80]}")
    return found


def processes_of_scripts() -> list[int]:
    """Return the ids of the shells that run an example's script."""
    found = []
    for run in runs.RUNS.iterdir() if runs.RUNS.is_dir() else ():
        found += [pid for pid in runs.processes(run.name) if _command(pid) == "bash"]
    return found


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def kill_once(side: Side, seconds: float, number: signal.Signals, whom: str) -> set[str]:
    """Start the side, kill `whom` ("script", "runner") after `seconds`, clean as the next run does; return what is left."""
    before = inventory()
    words = [sys.executable, "-m", "snippets.runner", "run", str(side.script)]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    if process.poll() is None:
        targets = [process.pid] if whom == "runner" else processes_of_scripts()
        for pid in targets:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
    try:
        process.wait(WAIT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return {f"the runner did not end within {WAIT} s"}
    runs.sweep()
    time.sleep(0.3)  # the kernel removes the devices of a network a moment after its last process
    return inventory() - before


def main(words: list[str]) -> int:
    """Kill as often as asked (default 30 times), among the examples of the sections named, or all; return the exit code."""
    count = int(words[0]) if words and words[0].isdigit() else 30
    sections = tuple(f"{word}/" for word in words if not word.isdigit())
    seed = int(os.environ.get("SEED") or time.time())
    chance = random.Random(seed)
    sides = [
        (side, example.records[side.side].seconds if side.side in example.records else 3.0)
        for example in load_examples(SNIPPETS).values()
        if not sections or example.id.startswith(sections)
        for side in example.sides.values()
        if not engines.missing(side.requires)
    ]
    if not sides:
        print(f"hammer: no example of {', '.join(sections) or 'this project'} can run here", file=sys.stderr)
        return 2
    runs.sweep()
    lab.ensure({word for side, _ in sides for word in side.requires})
    print(f"SEED={seed}: {count} kills among {len(sides)} sides")
    bad = 0
    for number in range(1, count + 1):
        side, usual = chance.choice(sides)
        seconds = chance.uniform(0.2, max(1.0, usual))
        sent = chance.choice((signal.SIGTERM, signal.SIGKILL))
        whom = chance.choice(("script", "runner"))
        left = kill_once(side, seconds, sent, whom)
        bad += bool(left)
        print(f"{number}/{count} {side.id}: {sent.name} to the {whom} after {seconds:.1f} s: ", end="")
        print("; ".join(sorted(left)) or "nothing is left", flush=True)
    print(f"{count - bad} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
