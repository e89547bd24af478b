"""Runs one script under a time limit and keeps what it printed, region by region."""

from __future__ import annotations

import os
import re
import selectors
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from macros.model.accelerators import GVISOR, PLATFORM
from macros.model.examples import Side
from macros.model.regions import MARKER

from . import daemon, surroundings
from . import lab as lab_
from .paths import LAB, LAB_SCRIPTS
from .runs import SUPERVISES, VARIABLE, Run, kill_processes, uninterrupted

MARK = "\x1e"  # the ASCII record separator: printed where a region starts and ends, never by a command
ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[@-Z\\-_]|c)")
GRACE = 3.0  # seconds between SIGTERM and SIGKILL
# How many times as long as on an idle machine a side, and whatever it waits for, may take: limits are for what hangs.
PATIENCE = 8
SUPERVISE = Path(__file__).with_name("supervise.py")


def patience() -> int:
    """Return PATIENCE, times what LAB_PATIENCE says of a machine that is emulated, and therefore many times slower."""
    return PATIENCE * int(os.environ.get("LAB_PATIENCE") or 1)


def limit(side: Side) -> float:
    """Return the number of seconds after which a side's script is ended, whatever else the machine does."""
    return float(side.seconds * patience())


@dataclass(frozen=True)
class Output:
    """What a script printed: by region, whole, and how it ended.

    `code` is the exit code, `timed_out` says that the time limit ended it, `seconds` is its wall time.
    """

    side: str
    regions: dict[str, str]
    whole: str
    code: int
    timed_out: bool
    seconds: float
    accelerator: str
    samples: tuple[tuple[str, str], ...] = ()

    def __getitem__(self, region: str) -> str:
        return self.regions[region]


def instrument(script: str) -> str:
    """Return the script with each region marker replaced by a command that prints it.

    No other byte changes and no line moves, so line numbers in messages are those of the script.
    """
    lines = []
    for line in script.split("\n"):
        marker = MARKER.match(line)
        if marker:
            name = marker["name"] if marker["kind"] == "start" else ""
            line = f"printf '\\036%s\\n' '{name}'"
        lines.append(line)
    return "\n".join(lines)


def plain(text: str) -> str:
    """Return terminal output without escape sequences and carriage returns."""
    return ESCAPE.sub("", text.replace("\r\n", "\n").replace("\r", ""))


def split(text: str) -> tuple[dict[str, str], str]:
    """Split what an instrumented script printed into its regions; also return it whole, without marks."""
    parts: dict[str, str] = {}
    whole = []
    name = ""
    for line in re.findall(r"[^\n]*\n|[^\n]+", text):  # not splitlines(), which also splits at MARK
        if MARK in line:
            before, _, rest = line.partition(MARK)
            if before:
                whole.append(before + "\n")
                if name:
                    parts[name] += before + "\n"
            name = rest.strip()
            if name:
                parts.setdefault(name, "")
            continue
        whole.append(line)
        if name:
            parts[name] += line
    return parts, "".join(whole)


def environment(run: Run, lab: lab_.Lab, here: Path, effort: str = "") -> dict[str, str]:
    """Return the environment of a run's processes: the caller's, and what the prelude hands to the script.

    A run that may use Docker gets a configuration of its client in its own directory, where the user's would change it.
    `effort` is how much an experiment's round does: "once" or "full"; "" takes the caller's EFFORT, else "once".
    """
    given = surroundings.for_scripts(os.environ)
    kept = {key: value for key, value in given.items() if not key.startswith(("CVM_", "BASH_ENV"))}
    if (run.directory / "docker").exists():
        kept |= surroundings.docker_configuration(os.environ, run.directory)
        kept |= {"CVM_LABELS": "1"} if daemon.labels() else {}
    return kept | {
        "CVM_RUN": run.id,
        "CVM_HERE": str(here),
        "CVM_WORK": str(run.work),
        "CVM_LAB": str(LAB_SCRIPTS),
        "CVM_BUILD": str(LAB),
        "CVM_ACCEL": lab.accelerator,
        "CVM_PATIENCE": str(patience()),
        "CVM_EFFORT": os.environ.get("EFFORT", "once") if effort == "" else effort,
        "CVM_PYTHON": sys.executable,
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "TMPDIR": str(run.work),
        "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin",
    }


def without_marks(text: str) -> str:
    """Return output for people: without the lines that say where a region starts or ends."""
    return re.sub(f"{MARK}[a-z0-9-]*\n?", "", text)


def execute(side: Side, run: Run, lab: lab_.Lab, *, echo: bool = False, effort: str = "") -> Output:
    """Run the side's script as part of `run` and return what it printed.

    `echo` also prints it as it comes. The script's processes are gone when this returns; what else it
    left goes with the run.
    """
    if "docker" in side.requires:
        (run.directory / "docker").touch()
    script = run.work.parent / f"{side.side}.sh"
    script.write_text(instrument(side.script.read_text("utf-8")), "utf-8")
    # The supervisor itself does not carry the run's variable: it must outlive what it supervises.
    supervisor = environment(run, lab, side.script.parent, effort) | {SUPERVISES: run.id}
    del supervisor[VARIABLE]
    start = time.monotonic()
    process = subprocess.Popen(
        [
            sys.executable,
            "-I",
            "-S",
            str(SUPERVISE),
            "env",
            "-u",
            SUPERVISES,
            f"{VARIABLE}={run.id}",
            "bash",
            str(script),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=supervisor,
        start_new_session=True,
    )
    assert process.stdout is not None
    chunks: list[bytes] = []
    timed_out = False
    end = start + limit(side)
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            # A process left behind may hold the pipe open: the script's own end is the end.
            while process.poll() is None or selector.select(0):
                if not selector.select(0.05):
                    if time.monotonic() > end:
                        timed_out = True
                        break
                    continue
                chunk = os.read(process.stdout.fileno(), 65536)
                if not chunk:
                    break
                chunks.append(chunk)
                if echo:
                    print(without_marks(plain(chunk.decode("utf-8", "replace"))), end="", flush=True)
                if time.monotonic() > end:
                    timed_out = True
                    break
        if not timed_out:
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                timed_out = True
    finally:
        with uninterrupted():
            if process.poll() is None:
                _end(process)
            process.stdout.close()
            kill_processes(run.id)
    parts, whole = split(plain(b"".join(chunks).decode("utf-8", "replace")))
    readings = run.work / "samples"
    samples = (
        tuple((line.partition(" ")[0], line.partition(" ")[2]) for line in readings.read_text().splitlines())
        if readings.is_file()
        else ()
    )
    ran_on = accelerator(side, lab)
    return Output(side.id, parts, whole, process.returncode, timed_out, time.monotonic() - start, ran_on, samples)


def accelerator(side: Side, lab: lab_.Lab) -> str:
    """Return what a side's figures must name: the accelerator of its VM, gVisor's platform, or "none"."""
    if side.accelerator or side.side == GVISOR:
        return side.accelerator or PLATFORM
    return lab.accelerator if "qemu" in side.requires else "none"


def _end(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(GRACE)
            break
        except subprocess.TimeoutExpired:
            continue


def failing_line(output: str, script: Path) -> str:
    """Return the script's line that a bash error message in `output` names, as 'FILE:LINE', or ""."""
    found = re.findall(r"\.sh: line (\d+):", output)
    return f"{script}:{found[-1]}" if found else ""
