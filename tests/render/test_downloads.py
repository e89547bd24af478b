"""A chart's files: the values of its rows on every machine, and a picture that stands by itself."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from macros.model.charts import machines, reading
from macros.model.load import Data
from macros.pages.uses import Site
from macros.render.downloads import as_csv, as_json, as_svg
from macros.render.published import folders, publish


def test_csv_and_json_hold_every_reading_and_every_published_figure(data: Data) -> None:
    for chart in data.charts.values():
        lines = list(csv.DictReader(io.StringIO(as_csv(data, chart))))
        rows = json.loads(as_json(data, chart))["rows"]
        assert [(one["label"], float(one["median"])) for one in lines] == [(r["label"], r["median"]) for r in rows]
        wanted = {
            (machine, row.label, point, value.median)
            for machine in machines(chart, data.recorded, data.machines)
            for row in chart.rows
            if (found := reading(data.recorded, machine, row, lines=chart.kind == "lines"))
            for point, value in found.estimates.items()
        }
        assert {(r["machine"], r["label"], r["point"], r["median"]) for r in rows if r["machine"]} == wanted
        assert sum(bool(r["source"]) for r in rows) == len(chart.published)
        assert all(r["source"] or (r["accelerator"] and r["experiment"] and r["date"]) for r in rows)


def test_a_picture_stands_by_itself_and_labels_what_is_emulated(data: Data) -> None:
    for chart in data.charts.values():
        text = as_svg(data, chart)
        root = ElementTree.fromstring(text)
        words = " ".join("".join(root.itertext()).split())
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        for row in chart.rows:
            assert row.label in words, f"{chart.id}: {row.label}"
        first = machines(chart, data.recorded, data.machines)[0]
        assert first in words
        found = [reading(data.recorded, first, row, lines=chart.kind == "lines") for row in chart.rows]
        if any(one and one.emulated for one in found):
            assert "software emulation" in words, chart.id
        assert "href" not in text and "url(http" not in text and "NaN" not in text


def test_files_are_written_once_and_those_of_nothing_removed(data: Site, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    publish(tmp_path, data)
    wanted = folders(data)
    assert len(wanted) == 2
    for folder, files in wanted.items():
        assert {path.name for path in (tmp_path / folder).iterdir()} == set(files)
    folder = tmp_path / next(iter(wanted))
    one = next(iter(folder.iterdir()))
    before = one.stat().st_mtime_ns
    (folder / "gone.csv").write_text("x")
    publish(tmp_path, data)
    assert one.stat().st_mtime_ns == before
    assert not (folder / "gone.csv").exists()
