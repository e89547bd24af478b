"""Renders examples, and single regions of scripts, as Markdown."""

from __future__ import annotations

import re

from macros.base.markup import fence, literal
from macros.base.problems import ProblemError
from macros.model.examples import SIDES, Example, Side
from macros.model.load import Data
from macros.model.regions import Region, regions
from macros.pages.registry import macro
from macros.pages.uses import Site, Use, example_anchor
from macros.render.marks import ACCELERATORS, side_name


def shown_on(data: Site, example: str) -> str:
    """Return an example's title, linked to where a page shows it first; whole examples go before regions of them."""
    title = literal(data.examples[example].title)
    found = [(page.path, there) for page in data.pages for name, there in page.examples if name == example]
    if not found:
        return title
    path, there = min(found, key=lambda one: one[1] != example_anchor(example))
    return f"[{title}]({path}#{there})"


def check_see(data: Data, use: Use, example_id: str) -> None:
    """Check a call of `see`."""
    if example_id not in data.examples:
        use.bad(f"there is no example '{example_id}'", f"one of: {', '.join(data.examples)}")


@macro(check_see)
def see(data: Site, example_id: str) -> str:
    """Return a link to where an example is shown, by its title."""
    return shown_on(data, example_id)


BY_HAND = {"lab/with-docker.sh"}  # what a reader may run, and the lab does not
PLACEHOLDER = re.compile(r"<[a-z0-9-]+>")
# What a side requires, the key of its version in a record, and its name on a page.
ENGINES = (("docker", "docker engine", "Docker Engine"), ("qemu", "qemu", "QEMU"), ("runc", "runc", "runc"))


def _chosen(example: Example, side: str, region: str) -> list[tuple[Side, list[Region]]]:
    sides = [example.sides[name] for name in SIDES if name in example.sides and side in {"", name}]
    return [(s, [r for r in s.regions if region in {"", r.name}]) for s in sides]


def check_example(data: Data, use: Use, example_id: str, side: str, region: str) -> None:
    """Check a call of `example`, and note what it shows."""
    chosen = data.examples.get(example_id)
    if chosen is None:
        return use.bad(f"there is no example '{example_id}'", f"one of: {', '.join(data.examples)}")
    if side and side not in chosen.sides:
        return use.bad(f"the example {example_id} has no side '{side}'", f"one of: {', '.join(chosen.sides)}")
    found = [(one.side, part.name) for one, parts in _chosen(chosen, side, region) for part in parts]
    if not found:
        names = sorted({part.name for one in chosen.sides.values() for part in one.regions})
        on = f" on its side {side}" if side else ""
        return use.bad(f"the example {example_id} has no region '{region}'{on}", f"one of: {', '.join(names)}")
    use.shown.update(("example", example_id, *one) for one in found)
    return use.shows_example(example_id, example_anchor(example_id, side, region))


@macro(check_example)
def example(data: Data, example_id: str, side: str = "", region: str = "") -> str:
    """Return an example as Markdown: each side's commands, what was recorded from them, and where that comes from.

    `side` and `region` narrow it. The arguments have been checked by `check_example`.
    """
    chosen = data.examples[example_id]
    anchor = example_anchor(example_id, side, region)
    count = len(_chosen(chosen, side, region))
    name = literal(f"Example: {chosen.title}")
    parts = [f'<div class="example example--{count}" id="{anchor}" role="group" aria-label="{name}" markdown="1">', ""]
    if not region:
        parts += [f'<p class="example__title">{literal(chosen.title)}</p>', ""]
        parts += [f'<p class="example__touches" data-search-exclude><b>Touches:</b> {literal(chosen.touches)}</p>', ""]
    parts += ['<div class="example__sides" markdown="1">', ""]
    for one, shown in _chosen(chosen, side, region):
        parts += _side(chosen, one, shown, data, with_look=not region)
    parts += ["</div>", "", "</div>"]
    return "\n".join(parts)


def _side(chosen: Example, side: Side, shown: list[Region], data: Data, *, with_look: bool) -> list[str]:
    recorded = {part.name: part.text for part in regions(side.recorded, data.root)} if side.recorded.is_file() else {}
    lines = [f'<div class="side side--{side.side}" markdown="1">', ""]
    look = f' <span class="side__look">{literal(side.look)}</span>' if with_look else ""
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
        lines += [recording_note(chosen, side, [recorded.get(part.name, "") for part in shown]), ""]
    return [*lines, "</div>", ""]


def recording_note(chosen: Example, side: Side, texts: list[str], what: str = "") -> str:
    """Return where recorded `texts` of one side come from: date, machine, engines, and the files.

    `what` names what was recorded, in inline Markdown, where it does not stand right above.
    """
    record = chosen.records[side.side]
    base = f"/snippets/{chosen.id}"
    how = f", under {ACCELERATORS[record.accelerator]}" if ACCELERATORS[record.accelerator] else ""
    engines = "".join(
        f", {name} {literal(record.versions[key].split(' ')[0])}"
        for word, key, name in ENGINES
        if word in side.requires and key in record.versions
    )
    legend = (
        "Words in &lt;angle brackets&gt; stand for [values that differ](/checking.md#placeholders) from run to run. "
        if any(PLACEHOLDER.search(text) for text in texts)
        else ""
    )
    start = f"**{what}.** Recorded" if what else "Recorded"
    amended = f" Amended since: {literal(record.amended)}" if record.amended else ""
    return (
        f'<p class="provenance" data-search-exclude markdown="1">{legend}{start} {record.date}'
        f" on [{record.machine}](/checking.md#machine-{record.machine}){engines}{how}: "
        f"[script]({base}/{side.script.name}) · [output]({base}/{side.recorded.name}) · [versions]({base}/recorded.json){amended}</p>"
    )


@macro()
def typing(_data: Data) -> str:
    """Return the box that says how to type the commands of a page by oneself; a search finds the lab's page, which says more."""
    return (
        '<div class="typing" data-search-exclude markdown="1">\n\n'
        "**To type the commands yourself**: in a clone of this project, `make shell` opens a shell in which `$ACCEL`, `$RUN`, `$WORK` and the files "
        "that the commands name are there ([the lab](/lab.md) says what each is). Whatever you start in it is removed when you leave it. "
        "Scripts wait for what they started; typing, you wait yourself.\n\n</div>"
    )


@macro()
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
        lines.append(f"| {literal(reason)} | {literal('; '.join(what))} | {links} |")
    return "\n".join(['<div data-search-exclude markdown="1">', "", *lines, "", "</div>"])


def check_script(data: Data, use: Use, path: str, region: str) -> None:
    """Check a call of `script`, and note what it shows."""
    file = data.root / "snippets" / path
    if not file.is_file():
        return use.bad(f"there is no script snippets/{path}", "write its path below snippets/, as lab/rootfs.sh")
    try:
        names = [part.name for part in regions(file, data.root)]
    except ProblemError as error:
        return use.problems.keep(error)
    if region not in names:
        return use.bad(f"snippets/{path} has no region '{region}'", f"one of: {', '.join(names)}")
    return use.shown.add(("script", path, region))


@macro(check_script)
def script(data: Data, path: str, region: str) -> str:
    """Return one region of a script as Markdown, with a link to the whole: one of the lab, or one that an example uses."""
    file = data.root / "snippets" / path
    part = next(part for part in regions(file, data.root) if part.name == region)
    user = "`make lab` runs" if path.startswith("lab/") else "the example runs"
    if path in BY_HAND:
        user = "can also be run as a whole"
    note = f"From [{path}](/snippets/{path}), which {user}."
    return f'{fence(part.text, "bash")}\n\n<p class="provenance" data-search-exclude markdown="1">{note}</p>'
