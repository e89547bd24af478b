"""The example contract: what a directory snippets/SECTION/NAME/ is, and what this module knows about each.

It holds an `example.toml`, one script per side and, beside each script, the output recorded from it. `example_reader`
reads and checks it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

from macros.base.problems import Problem
from macros.model.recordings import Record
from macros.model.regions import Region

# In the order in which pages show them: from a process of the host to a machine of its own.
SIDES = ("host", "container", "rootless", "system", "gvisor", "vm")
OWN_KERNEL = frozenset(("gvisor", "vm"))  # the sides whose programs speak to another kernel than the host's
LAB = "lab"  # the folder of snippets/ that holds what the examples stand on
RUNNER = "runner"  # the folder of snippets/ that holds what runs them
# Files of the lab by which a script measures, besides its programs in Python.
MEASURES = (
    *("timed.sh", "network.sh", "system-calls"),
    *("bin/as-user", "bin/make-bundle", "bin/make-system", "bin/podman"),  # what stands between a side and its engine
)
WORD = re.compile(rb"[\w.+-]+")  # a word of a path
DEFAULT_SECONDS = {"host": 20, "container": 30, "rootless": 40, "system": 30, "gvisor": 30, "vm": 60}


def words(script: bytes) -> frozenset[bytes]:
    """Return the words of a script that may be the name of a file."""
    return frozenset(WORD.findall(script))


@dataclass(frozen=True)
class Volatile:
    """A declared pattern of values that differ from run to run.

    A matched value is stored as `<name>`; a second, different value as `<name-2>`; a value equal to the
    output of the command `host`, run on the host, as `<host-name>`. `what` says in words what the values are: only where
    it does are they kept, and shown; "" keeps none.
    """

    name: str
    pattern: re.Pattern[str]
    host: str | None
    what: str = ""


def contracted(name: str) -> bool:
    """Return whether a file of an example's directory is one that the contract names."""
    return name in {"example.toml", "recorded.json"} or name.endswith((".sh", ".out"))


@dataclass(frozen=True)
class Side:
    """One script of an example and what was recorded from it. `seconds` is its time limit.

    `runs` is how many rounds of it are measured, where those are not as many as the experiment's (0: as many);
    `accelerator` is "systrap" where gVisor runs, "tcg" where the script forces software emulation, "none" where it starts no VM. `interfaces` names what
    of the host the script reads, sets or depends on: cgroups, namespaces, mounts, systemd. `output` is what was recorded, as it was when the example was read; `misread` is why it could not be read.
    """

    example: str
    side: str
    script: Path
    look: str
    seconds: int
    requires: tuple[str, ...]
    regions: tuple[Region, ...]
    runs: int = 0
    accelerator: str = ""
    interfaces: tuple[str, ...] = ()
    output: tuple[Region, ...] = ()
    misread: tuple[Problem, ...] = ()

    @property
    def id(self) -> str:
        """`section/name/side`, as tests and messages name it."""
        return f"{self.example}/{self.side}"

    @property
    def recorded(self) -> Path:
        """Where the recorded output lies."""
        return self.script.with_suffix(".out")

    def names(self, file: Path) -> bool:
        """Return whether the script names a file: its name is a word of a path in the script, not a part of a word."""
        return file.name.encode() in words(self.script.read_bytes())

    def digest(self) -> str:
        """Return the SHA-256 of the script, in hexadecimal, and of what else of the project measures in it.

        That is each file beside it that it names, each program or table of the lab that it names or that such a program
        calls, and the lab's stopwatch where it calls `first_line`.
        """
        script = self.script.read_bytes()
        named = words(script)
        lab = self.script.parent.parent.parent / LAB
        beside = [path for path in self.script.parent.iterdir() if path.is_file() and not contracted(path.name)]
        measures = [*lab.glob("*.py"), *(lab / name for name in MEASURES if (lab / name).is_file())]
        found = [path for path in sorted([*beside, *measures]) if path.name.encode() in named]
        if b"first_line" in named:
            found.append(lab / "stopwatch.py")
        if lab / "bin/podman" in found and lab / "bin/as-user" not in found:
            found.append(lab / "bin/as-user")  # which that calls
        return hashlib.sha256(b"".join([script, *(path.read_bytes() for path in found)])).hexdigest()


@dataclass(frozen=True)
class Metric:
    """A quantity that an experiment samples: its title and the unit its samples are in.

    `at` names what the metric depends on, where it is sampled at several points: "instances", say. Then its
    samples are taken with `sample METRIC@POINT VALUE`.
    """

    title: str
    unit: str
    at: str = ""


@dataclass(frozen=True)
class Example:
    """A directory under `snippets/<section>/`; an experiment if it has metrics.

    `warmup` says whether a round precedes those that are measured. `depends` names what, besides the accelerator, makes
    results of two machines incomparable. `network` says why its networks are not all internal, `networks` what those are.
    """

    id: str
    directory: Path
    title: str
    touches: str
    sides: dict[str, Side]
    volatile: tuple[Volatile, ...]
    metrics: dict[str, Metric] = field(default_factory=dict)
    runs: int = 1
    warmup: bool = True
    depends: tuple[str, ...] = ()
    records: dict[str, Record] = field(default_factory=dict)
    network: str = ""
    networks: tuple[str, ...] = ()
