"""Begins a machine: says what it has, what can be recorded on it, and in what time: `make new-machine`."""

from __future__ import annotations

import os

from rich.console import Console

from macros.model.examples import Example

from . import engines, experiments, lab, record
from .paths import DATA, ROOT


def machine(slug: str, examples: list[Example]) -> int:
    """Name this machine, and print its facts, the plan, what is left out and why, and what is next; record nothing.

    Raises ExampleError for a name that cannot be this machine's.
    """
    if slug:
        taken = DATA / "results" / slug
        if taken.is_dir():
            raise record.ExampleError(
                f"{taken.relative_to(ROOT)}: there are results of a machine of this name already\n"
                "    remedy: choose another name for another machine; on the same machine, run: make record"
            )
        os.environ["MACHINE"] = slug
    name = record.machine_slug()
    console = Console(highlight=False, soft_wrap=True)
    rows = {"machine": name, **lab.machine(), **engines.versions()}
    width = max(map(len, rows))
    for key, value in rows.items():
        console.print(f"{key:<{width}}  {value}", markup=False)
    chosen = experiments.choose(examples, name, named=False)
    steps = experiments.plan(chosen, name)
    experiments.show(steps, console)
    for example in chosen:
        for reason in record.able(example)[1]:
            console.print(f"left out: {reason}", markup=False)
    limit = experiments.duration(experiments.LIMIT)
    console.print(f"next, with nothing else running, within {limit}:")
    for command in ("make record QUICK=1", "make compare", "make record", "make check"):
        console.print(f"    {command}")
    console.print(f"    submit docs/data/results/{name}/ and docs/data/sealed.json as a pull request")
    return 0
