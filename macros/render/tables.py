"""Writes what was measured and observed as tables, each at an address of its own: docs/tables/NAME.csv and NAME.json.

There is one for each experiment, with the medians of every machine; one for each table of observations, named after the
example whose columns it shows; and `medians`, which holds those of all experiments. See `downloads` for how they are kept.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from macros.base import statistics
from macros.base.units import CODE
from macros.model.load import Data
from macros.model.results import Samples, split_point

FOLDER = Path("docs/tables")
ALL = "medians"  # the table of all experiments
COLUMNS = (
    *("experiment", "machine", "side", "metric", "title", "at", "point", "accelerator"),
    *("median", "low", "high", "rounds", "unit", "date", "commit"),
)
Row = dict[str, Any]


def table_name(example: str) -> str:
    """Return the name of an experiment's table: that of its file of results."""
    return example.replace("/", ".")


def observed_name(columns: Sequence[Sequence[str]]) -> str:
    """Return the name of a table of observations: its example, and the region or the sides that its columns show."""
    places = [place for _, *place in columns]
    examples = dict.fromkeys(table_name(example) for example, _, _ in places)
    regions = dict.fromkeys(region for _, _, region in places)
    return ".".join([*examples, *(regions if len(regions) == 1 else ["observed", *list(regions)[:1]])])


def links(name: str) -> str:
    """Return where a table can be had, as Markdown."""
    return f"This table as [CSV](/tables/{name}.csv) and [JSON](/tables/{name}.json)."


def row(data: Data, one: Samples) -> Row:
    """Return a result as a row: its median and interval in the base unit, and what is needed to judge it."""
    metric, point = split_point(one.metric)
    about = data.examples[one.experiment].metrics[metric]
    found = statistics.estimate(one.values)
    run = data.recorded.runs[(one.machine, one.experiment, one.side)]
    ends = (found.low, found.high) if found.certain else (None, None)
    values = (
        *(one.experiment, one.machine, one.side, metric, about.title, about.at or None, point, one.accelerator),
        *(found.median, *ends, found.count, one.unit, one.date, run.commit),
    )
    return dict(zip(COLUMNS, values, strict=True))


def measured(data: Data) -> dict[str, list[Row]]:
    """Return the rows of each experiment, by its id, in the order of machines, metrics, points and sides."""
    found: dict[str, list[Row]] = {}
    for machine in data.machines:
        every = data.recorded.results.get(machine, {}).values()

        def order(one: Samples) -> tuple[str, int, int]:
            metric, point = split_point(one.metric)
            return one.experiment, list(data.examples[one.experiment].metrics).index(metric), point or 0

        for one in sorted(every, key=order):
            found.setdefault(one.experiment, []).append(row(data, one))
    return dict(sorted(found.items()))


def as_csv(columns: Sequence[str], rows: Sequence[Row]) -> str:
    """Return rows as CSV (RFC 4180)."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def as_json(about: Row, rows: Sequence[Row]) -> str:
    """Return rows as JSON, a line a row, below what the table is."""
    head = json.dumps(about, ensure_ascii=False)[:-1]
    body = ",\n".join(json.dumps(one, ensure_ascii=False) for one in rows)
    return f'{head}, "rows": [\n{body}\n]}}\n'


def observed(columns: Sequence[Sequence[str]], found: Sequence[dict[str, str]], labels: Sequence[str]) -> list[Row]:
    """Return a table of observations as rows: a label, and what each column recorded under it, None where it asked nothing."""
    titles = [title for title, *_ in columns]
    return [
        {"observed": label} | {title: cells.get(label) for title, cells in zip(titles, found, strict=True)}
        for label in labels
    ]


def files(data: Data) -> dict[str, str]:
    """Return the files of the tables of results, by name."""
    made: dict[str, str] = {}
    every = measured(data)
    for experiment, rows in every.items():
        name = table_name(experiment)
        made[f"{name}.csv"] = as_csv(COLUMNS, rows)
        made[f"{name}.json"] = as_json({"experiment": experiment, "title": data.examples[experiment].title}, rows)
    plain = [one for rows in every.values() for one in rows if one["unit"] != CODE]
    made[f"{ALL}.csv"] = as_csv(COLUMNS, plain)
    made[f"{ALL}.json"] = as_json({"title": "The medians of all experiments", "first": data.machine}, plain)
    return made
