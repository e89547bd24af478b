"""What is known of the recording of an example's side, and what recorded output may not hold."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

# Where a machine's own directories and people's homes lie. /proc, /sys, /var/lib/docker and the like may appear.
LEAKS = re.compile(
    r"(?<![\w.-])/(?:home|root|Users|tmp|work|workspace|builds|github|runner|mnt|media|srv|data|opt)/[\w.-]+"
)
PLACEHOLDER = re.compile(r"<(?P<name>[a-z][a-z0-9-]*)>")


@dataclass(frozen=True)
class Record:
    """What is known of a recording: the script's digest, date, machine, accelerator, versions, and the run's seconds.

    `amended` says why the script could be changed afterwards without being recorded again, or is "". `values` holds what
    stood in the place of placeholders, by their names, where the pattern declares what its values are.
    """

    digest: str
    date: str
    machine: str
    accelerator: str
    versions: dict[str, str]
    seconds: float = 0.0
    amended: str = ""
    values: dict[str, str] = field(default_factory=dict)


def unfit(line: str, declared: frozenset[str]) -> list[str]:
    """Return what a line of recorded output may not hold: a path of the machine, a placeholder that no pattern explains.

    `declared` has the names of the example's volatile patterns.
    """
    known = declared | {f"host-{name}" for name in declared}
    found = [f"names a directory of the machine on which it was recorded: {leak[0]}" for leak in LEAKS.finditer(line)]
    for word in PLACEHOLDER.finditer(line):
        if not {word["name"], re.sub(r"-\d+$", "", word["name"])} & known:
            found.append(f"the placeholder {word[0]} is not declared as a volatile pattern")
    return found
