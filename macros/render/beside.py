"""Renders the form that takes a reader's results, and writes what docs/assets/js/beside.js shows them beside."""

from __future__ import annotations

import json
from typing import Any

from macros.base import statistics
from macros.base.units import CODE
from macros.model.load import Data
from macros.pages.registry import macro
from macros.render import templates
from macros.render.marks import ACCELERATORS, SIDE_LABELS

NAME = "beside.json"  # of docs/tables
_html = templates.of("beside.html.j2")


def files(data: Data) -> dict[str, str]:
    """Return the file of what is published: the first machine, the experiments, and their medians."""
    found = [one for one in data.results.values() if one.unit != CODE]
    experiments = {
        example.id: {
            "title": example.title,
            "depends": example.depends,
            "digests": {name: side.digest() for name, side in example.sides.items()},
            "metrics": {
                name: {"title": one.title, "unit": one.unit, "at": one.at} for name, one in example.metrics.items()
            },
        }
        for example in data.examples.values()
        if example.metrics
    }
    medians = []
    for one in found:
        value = statistics.estimate(one.values)
        ends = (value.low, value.high) if value.certain else (None, None)
        medians.append([one.experiment, one.side, one.metric, one.accelerator, value.median, *ends, value.count])
    content: dict[str, Any] = {
        "machine": data.machines[data.machine],
        "experiments": experiments,
        "medians": medians,
        "sides": SIDE_LABELS,
        "accelerators": {name: words or "no VM" for name, words in ACCELERATORS.items()},
    }
    return {NAME: json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"}


@macro()
def beside(data: Data) -> str:
    """Return the place for a folder of results, which shows where JavaScript runs, and where the comparison appears."""
    return _html("form", first=data.machine)
