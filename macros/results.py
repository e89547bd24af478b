"""The result contract: reads `docs/data/results/` and computes from raw samples what pages show."""

from __future__ import annotations

import json
import math
import statistics
from dataclasses import dataclass
from pathlib import Path

from .examples import Example
from .problems import Problem, ProblemError, relative
from .validate import validate

UNITS = {"B", "s", "count"}
ACCELERATORS = {"kvm", "tcg", "none"}


def sample_problem(reading: object) -> str:
    """Return "" if a reading can be a sample: a finite number that is not negative. Else what it is."""
    try:
        value = float(reading)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return "is no number"
    if not math.isfinite(value):
        return "is not finite"
    return "is negative" if value < 0 else ""


@dataclass(frozen=True)
class Samples:
    """The raw samples of one metric on one side, in `unit`, and where they were taken."""

    experiment: str
    side: str
    metric: str
    unit: str
    values: tuple[float, ...]
    accelerator: str
    machine: str
    date: str
    file: str

    @property
    def median(self) -> float:
        """The median, in `unit`."""
        return statistics.median(self.values)


def load_results(data: Path, examples: dict[str, Example]) -> dict[tuple[str, str, str], Samples]:
    """Read every result of the first machine, by (experiment, side, metric).

    Raises ProblemError for a file that does not fit its schema, a sample that cannot be, a result without its
    experiment, and a result whose script changed afterwards.
    """
    root = data.parent.parent
    problems: list[Problem] = []
    found: dict[tuple[str, str, str], Samples] = {}
    for path in sorted((data / "results").glob("*/*.json")):
        name = relative(path, root)
        try:
            content = json.loads(path.read_text("utf-8"))
        except ValueError as error:
            problems.append(Problem(name, getattr(error, "lineno", 0), f"not JSON: {error}", "record it anew"))
            continue
        schema = "machine" if path.name == "machine.json" else "result"
        new = validate(content, data / "schema" / f"{schema}.json", name, lambda _: 0)
        problems += new
        if schema == "machine" or new:
            continue
        example = examples.get(content["experiment"])
        remedy = f"run: make record EXAMPLE={content['experiment']}"
        if example is None:
            problems.append(
                Problem(
                    name,
                    0,
                    f"a result of '{content['experiment']}', which is no example",
                    "remove the file, or restore the example",
                )
            )
            continue
        for side, part in content["sides"].items():
            if side not in example.sides:
                problems.append(
                    Problem(name, 0, f"a result of side '{side}', which {example.id} does not have", remedy)
                )
                continue
            if part["digest"] != example.sides[side].digest():
                problems.append(
                    Problem(
                        name,
                        0,
                        f"sides.{side}.digest: {relative(example.sides[side].script, root)} changed after this was recorded",
                        remedy,
                    )
                )
            for metric, entry in part["metrics"].items():
                declared = example.metrics.get(metric)
                where = f"sides.{side}.metrics.{metric}"
                if declared is None or declared.unit != entry["unit"]:
                    problems.append(
                        Problem(
                            name,
                            0,
                            f"{where}: unit '{entry['unit']}' is not what {example.id}/example.toml declares",
                            remedy,
                        )
                    )
                for position, sample in enumerate(entry["samples"]):
                    if bad := sample_problem(sample):
                        problems.append(Problem(name, 0, f"{where}.samples[{position}]: {sample!r} {bad}", remedy))
                key = (example.id, side, metric)
                if key not in found:
                    found[key] = Samples(
                        *key,
                        entry["unit"],
                        tuple(entry["samples"]),
                        part["accelerator"],
                        content["machine"],
                        content["date"],
                        name,
                    )
    if problems:
        raise ProblemError(problems)
    return found
