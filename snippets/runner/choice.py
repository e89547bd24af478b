"""Which sides run on a host that is itself a virtual machine: there, another VM would be an emulator in an emulator."""

from __future__ import annotations

from collections.abc import Iterable

from macros.model.accelerators import GVISOR
from macros.model.examples import Example, Side
from macros.model.requirements import table

from .paths import SNIPPETS

INTERFACES, CONTAINERS = CHOICES = ("interfaces", "containers")
STEP = "containers"  # the step of the set-up that installs what INTERFACES needs, and nothing of VMs
LONGEST = 9.0  # seconds: a side that took longer when it was recorded takes many minutes on an emulated processor


def chosen(examples: Iterable[Example], choice: str) -> list[Side]:
    """Return the sides of a choice.

    `containers` are all container sides. `interfaces` are the container and host sides that declare `interfaces`, as far
    as an emulated processor is fast enough for them: see `left_out`.
    """
    sides = [(example, side) for example in examples for side in example.sides.values()]
    if choice == CONTAINERS:
        return [side for _, side in sides if side.side == "container"]
    return [side for example, side in sides if side.interfaces and side.side != "vm" and not why_not(example, side)]


def left_out(examples: Iterable[Example]) -> dict[str, str]:
    """Return the ids of the sides that declare `interfaces` and do not run on an emulated processor, with the reason."""
    sides = [(example, side) for example in examples for side in example.sides.values()]
    reasons = {side.id: why_not(example, side) for example, side in sides if side.interfaces and side.side != "vm"}
    return {id_: reason for id_, reason in reasons.items() if reason}


def why_not(example: Example, side: Side) -> str:
    """Return why a side does not run on an emulated processor, or ""."""
    if side.side == GVISOR:
        return "gVisor was not tried on an emulated processor"
    rows = [table(SNIPPETS)[word] for word in side.requires]
    if other := [row.word for row in rows if row.step and STEP not in row.step.split(",")]:
        return f"requires {', '.join(other)}"
    record = example.records.get(side.side)
    if record and record.seconds > LONGEST:
        return f"took {record.seconds:.0f} s when it was recorded"
    return ""
