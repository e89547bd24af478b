"""Renders the machines on which something was recorded."""

from __future__ import annotations

from macros.base.markup import literal, slug
from macros.model.load import Data
from macros.pages.registry import macro
from macros.render.marks import ACCELERATORS

MACHINE_WORDS = {
    "system": "system",
    "kernel": "kernel of the host",
    "architecture": "architecture",
    "cpu": "processor",
    "cpus": "processors",
    "memory": "memory",
    "virtual": "is itself",
    "cgroups": "control groups, version",
    "docker_storage": "Docker's storage driver",
    "docker_cgroups": "Docker's cgroup driver",
}


@macro()
def machines(data: Data) -> str:
    """Return every machine on which something was recorded, as a table each."""
    parts = []
    for name, machine in data.machines.items():
        rows = {MACHINE_WORDS.get(key, key): str(machine[key]) for key in MACHINE_WORDS if key in machine}
        rows |= {str(key): str(value) for key, value in machine["versions"].items()}
        rows["how VMs run"] = f"{ACCELERATORS[machine['accelerator']] or 'not at all'}; {machine['accelerator_reason']}"
        lines = [
            f"### {name} {{ #machine-{slug(name)} }}",
            "",
            "| What | This machine |",
            "|---|---|",
            *(f"| {literal(k)} | {literal(v)} |" for k, v in rows.items()),
        ]
        lines += ["", f"As data: [machine.json](/data/results/{name}/machine.json)."]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)
