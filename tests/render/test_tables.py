"""The tables of results as files: every median of every machine, every observation, under names that no other table has."""

from __future__ import annotations

import csv
import io
import json
import re

from macros.base.statistics import estimate
from macros.base.units import CODE
from macros.pages.uses import Site
from macros.render import recordings
from macros.render.tables import ALL, COLUMNS, files, observed_name, table_name


def lines(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_each_experiment_has_the_medians_of_every_machine(data: Site) -> None:
    made = files(data)
    every = [one for results in data.recorded.results.values() for one in results.values()]
    assert len(every) > 100
    for experiment in {one.experiment for one in every}:
        name = table_name(experiment)
        rows = json.loads(made[f"{name}.json"])["rows"]
        wanted = {
            (one.machine, one.side, one.metric, estimate(one.values).median)
            for one in every
            if one.experiment == experiment
        }
        found = {
            (r["machine"], r["side"], r["metric"] + ("" if r["point"] is None else f"@{r['point']}"), r["median"])
            for r in rows
        }
        assert found == wanted
        assert [list(row) for row in rows] == [list(COLUMNS)] * len(rows)
        assert [float(row["median"]) for row in lines(made[f"{name}.csv"])] == [row["median"] for row in rows]
        assert all(row["accelerator"] and row["date"] and row["unit"] for row in rows)


def test_one_table_holds_all_quantities_and_no_code(data: Site) -> None:
    made = files(data)
    rows = json.loads(made[f"{ALL}.json"])["rows"]
    every = [one for results in data.recorded.results.values() for one in results.values() if one.unit != CODE]
    assert len(rows) == len(every) == len(lines(made[f"{ALL}.csv"]))
    assert any(one.unit == CODE for results in data.recorded.results.values() for one in results.values())


def test_each_table_of_observations_has_a_name_of_its_own_and_every_cell(data: Site) -> None:
    tables = [(page.path, columns) for page in data.pages for columns in page.observed]
    names = [observed_name(columns) for _, columns in tables]
    assert len(names) >= 8
    made = recordings.files(data)
    assert not set(made) & set(files(data))
    assert len(made) == 2 * len(set(names)) == 2 * len(set(tables))
    for _, columns in tables:
        rows = lines(made[f"{observed_name(columns)}.csv"])
        assert list(rows[0]) == ["observed", *(title for title, *_ in columns)]
        for title, example, side, region in columns:
            text = next(part.text for part in data.examples[example].sides[side].output if part.name == region)
            shown = [label for label, _ in recordings.rows(text)]
            assert [row["observed"] for row in rows if row[title]] == [
                one["observed"] for one in rows if one["observed"] in shown
            ]
            assert len(shown) == sum(bool(row[title]) for row in rows)


def test_pages_link_to_the_files_of_their_tables(data: Site) -> None:
    made = {**files(data), **recordings.files(data)}
    seen = 0
    for page in data.pages:
        for columns in page.observed:
            shown = recordings.recordings(data, [list(one) for one in columns])
            found = re.findall(r"\(/tables/([^)]+)\)", shown)
            assert len(found) == 2 and all(name in made for name in found), page.path
            seen += 1
    assert seen
