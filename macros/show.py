"""Renders examples and single regions of scripts as Markdown."""

from __future__ import annotations

import re

from .data import Data
from .examples import SIDES, Example, Region, Side, regions
from .pages import Call, Shown, example_anchor
from .problems import ProblemError
from .render import ACCELERATORS, escape, fence, side_name

BY_HAND = {"lab/with-docker.sh"}  # what a reader may run, and the lab does not
PLACEHOLDER = re.compile(r"<[a-z0-9-]+>")
# What a side requires, the key of its version in a record, and its name on a page.
ENGINES = (("docker", "docker engine", "Docker Engine"), ("qemu", "qemu", "QEMU"), ("runc", "runc", "runc"))


def _chosen(example: Example, side: str, region: str) -> list[tuple[Side, list[Region]]]:
    sides = [example.sides[name] for name in SIDES if name in example.sides and side in {"", name}]
    return [(s, [r for r in s.regions if region in {"", r.name}]) for s in sides]


def example(data: Data, example_id: str, side: str = "", region: str = "") -> str:
    """Return an example as Markdown: each side's commands, what was recorded from them, and where that comes from.

    `side` and `region` narrow it. The arguments have been checked by `check_example`.
    """
    chosen = data.examples[example_id]
    anchor = example_anchor(example_id, side, region)
    count = len(_chosen(chosen, side, region))
    name = escape(f"Example: {chosen.title}")
    parts = [f'<div class="example example--{count}" id="{anchor}" role="group" aria-label="{name}" markdown="1">', ""]
    if not region:
        parts += [f'<p class="example__title">{escape(chosen.title)}</p>', ""]
        parts += [f'<p class="example__touches" data-search-exclude><b>Touches:</b> {escape(chosen.touches)}</p>', ""]
    parts += ['<div class="example__sides" markdown="1">', ""]
    for one, shown in _chosen(chosen, side, region):
        parts += _side(chosen, one, shown, data, with_look=not region)
    parts += ["</div>", "", "</div>"]
    return "\n".join(parts)


def _side(chosen: Example, side: Side, shown: list[Region], data: Data, *, with_look: bool) -> list[str]:
    recorded = {part.name: part.text for part in regions(side.recorded, data.root)} if side.recorded.is_file() else {}
    lines = [f'<div class="side side--{side.side}" markdown="1">', ""]
    look = f' <span class="side__look">{escape(side.look)}</span>' if with_look else ""
    lines += [f'<p class="side__name">{side_name(side.side)}{look}</p>', ""]
    for part in shown:
        lines += [fence(part.text, "bash"), ""]
        if recorded.get(part.name):
            lines += [
                '<div class="output" data-search-exclude markdown="1">',
                "",
                '<p class="output__name">Recorded output</p>',
                "",
                fence(recorded[part.name], "text"),
                "",
                "</div>",
                "",
            ]
    record = chosen.records.get(side.side)
    if data.stale and (record is None or not side.recorded.is_file() or record.digest != side.digest()):
        words = f"Changed since, and not recorded: `make record EXAMPLE={chosen.id}`"
        lines += [f'<p class="provenance" markdown="1">**{words}**</p>', ""]
    if record is not None:
        lines += [provenance(chosen, side, [recorded.get(part.name, "") for part in shown]), ""]
    return [*lines, "</div>", ""]


def provenance(chosen: Example, side: Side, texts: list[str], what: str = "") -> str:
    """Return where recorded `texts` of one side come from: date, machine, engines, and the files.

    `what` names what was recorded, in inline Markdown, where it does not stand right above.
    """
    record = chosen.records[side.side]
    base = f"/snippets/{chosen.id}"
    how = f", under {ACCELERATORS[record.accelerator]}" if ACCELERATORS[record.accelerator] else ""
    engines = "".join(
        f", {name} {escape(record.versions[key].split(' ')[0])}"
        for word, key, name in ENGINES
        if word in side.requires and key in record.versions
    )
    legend = (
        "Words in &lt;angle brackets&gt; stand for [values that differ](/checking.md#placeholders) from run to run. "
        if any(PLACEHOLDER.search(text) for text in texts)
        else ""
    )
    start = f"**{what}.** Recorded" if what else "Recorded"
    amended = f" Amended since: {escape(record.amended)}" if record.amended else ""
    return (
        f'<p class="provenance" data-search-exclude markdown="1">{legend}{start} {record.date}'
        f" on [{record.machine}](/checking.md#machine-{record.machine}){engines}{how}: "
        f"[script]({base}/{side.script.name}) · [output]({base}/{side.recorded.name}) · [versions]({base}/recorded.json){amended}</p>"
    )


def typing(_data: Data) -> str:
    """Return the box that says how to type the commands of a page by oneself."""
    return (
        '<div class="typing" markdown="1">\n\n'
        "**To type the commands yourself**: in a clone of this project, `make shell` opens a shell in which `$ACCEL`, `$RUN`, `$WORK` and the files "
        "that the commands name are there ([the lab](/lab.md) says what each is). Whatever you start in it is removed when you leave it. "
        "Scripts wait for what they started; typing, you wait yourself.\n\n</div>"
    )


def networks(data: Data) -> str:
    """Return the examples whose networks are not all internal, as a table: a row a reason."""
    rows: dict[str, list[Example]] = {}
    for one in data.examples.values():
        if one.network:
            rows.setdefault(one.network, []).append(one)
    lines = ["| Why | What | Examples |", "|---|---|---|"]
    for reason, found in sorted(rows.items(), key=lambda row: (-len(row[1]), row[0])):
        what = dict.fromkeys(what for one in found for what in one.networks)
        links = ", ".join(f"[{one.id}](/snippets/{one.id}/example.toml)" for one in found)
        lines.append(f"| {escape(reason)} | {escape('; '.join(what))} | {links} |")
    return "\n".join(['<div data-search-exclude markdown="1">', "", *lines, "", "</div>"])


def check_example(data: Data, call: Call, shown: Shown) -> str:
    """Check a call of `example`, and note what it shows. See `pages.Check`."""
    given = dict(zip(("example_id", "side", "region"), call.args, strict=False)) | call.kwargs
    chosen = data.examples.get(str(given.get("example_id", "")))
    if chosen is None:
        return f"there is no example '{given.get('example_id', '')}'\none of: {', '.join(data.examples)}"
    side, region = str(given.get("side", "")), str(given.get("region", ""))
    if side and side not in chosen.sides:
        return f"the example {chosen.id} has no side '{side}'\none of: {', '.join(chosen.sides)}"
    found = False
    for one, parts in _chosen(chosen, side, region):
        for part in parts:
            found = True
            shown.add((chosen.id, one.side, part.name))
    if not found:
        names = sorted({part.name for one in chosen.sides.values() for part in one.regions})
        return f"the example {chosen.id} has no region '{region}'{f' on its side {side}' if side else ''}\none of: {', '.join(names)}"
    return ""


def script(data: Data, path: str, region: str) -> str:
    """Return one region of a script as Markdown, with a link to the whole: one of the lab, or one that an example uses."""
    file = data.root / "snippets" / path
    part = next(part for part in regions(file, data.root) if part.name == region)
    user = "`make lab` runs" if path.startswith("lab/") else "the example runs"
    if path in BY_HAND:
        user = "can also be run as a whole"
    note = f"From [{path}](/snippets/{path}), which {user}."
    return f'{fence(part.text, "bash")}\n\n<p class="provenance" data-search-exclude markdown="1">{note}</p>'


def check_script(data: Data, call: Call, shown: Shown) -> str:
    """Check a call of `script`, and note what it shows. See `pages.Check`."""
    given = dict(zip(("path", "region"), call.args, strict=False)) | call.kwargs
    file = data.root / "snippets" / str(given.get("path", ""))
    if not file.is_file():
        return f"there is no script snippets/{given.get('path', '')}\nwrite its path below snippets/, as lab/rootfs.sh"
    try:
        names = [part.name for part in regions(file, data.root)]
    except ProblemError as error:
        return (
            f"{error.problems[0].what} ({error.problems[0].file}:{error.problems[0].line})\n{error.problems[0].remedy}"
        )
    if given.get("region") not in names:
        return f"snippets/{given['path']} has no region '{given.get('region', '')}'\none of: {', '.join(names)}"
    shown.add(("script", str(given["path"]), str(given["region"])))
    return ""
