"""Renders examples, and single regions of scripts, as Markdown."""

from __future__ import annotations

from macros.base.markup import literal
from macros.base.problems import ProblemError, relative
from macros.model.accelerators import ENGINE
from macros.model.examples import SIDES, Example, Side
from macros.model.load import Data
from macros.model.recordings import PLACEHOLDER
from macros.model.regions import Region
from macros.model.values import filled
from macros.pages.registry import macro
from macros.pages.uses import Site, Use, example_anchor
from macros.render import templates, values
from macros.render.marks import SIDE_LABELS, under
from macros.render.pieces import unsearched


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
# What a side requires, the key of its version in a record, and its name on a page.
ENGINES = (
    ("docker", "docker engine", "Docker Engine"),
    ("podman", "podman", "Podman"),
    ("lxc", "lxc", "LXC"),
    ("qemu", "qemu", "QEMU"),
    ("runc", "runc", "runc"),
)
_html = templates.of("examples.html.j2")
_markdown = templates.of("examples.md.j2")


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
    changed = {problem.file for problem in data.stale}
    sides = []
    for one, shown in _chosen(chosen, side, region):
        recorded = {part.name: part.text for part in one.output}
        outputs = [recorded.get(part.name, "") for part in shown]
        parts = [
            {"script": part.text, "output": output, "valued": _valued(output, chosen, one.side)}
            for part, output in zip(shown, outputs, strict=True)
        ]
        sides.append(
            {
                "name": one.side,
                "label": SIDE_LABELS[one.side],
                "look": one.look,
                "parts": parts,
                "stale": relative(one.script, data.root) in changed,
                "note": recording_note(chosen, one, outputs) if one.side in chosen.records else "",
            }
        )
    return _markdown(
        "example",
        id=chosen.id,
        anchor=example_anchor(example_id, side, region),
        title=chosen.title,
        touches=chosen.touches,
        sides=sides,
        whole=not region,
    )


def _valued(output: str, chosen: Example, side: str) -> str:
    """Return recorded output with its values, as HTML, or "" where none was kept."""
    return values.output(output, chosen, side) if values.shows_values(output, chosen, side) else ""


def recording_note(chosen: Example, side: Side, texts: list[str], what: str = "") -> str:
    """Return where recorded `texts` of one side come from: date, machine, engines, and the files.

    `what` names what was recorded, in inline Markdown, where it does not stand right above.
    """
    record = chosen.records[side.side]
    base = f"/snippets/{chosen.id}"
    engines = [
        (name, record.versions[key].split(" ")[0])
        for word, key, name in ENGINES
        if word in side.requires and key in record.versions
    ]
    return _html(
        "note",
        record=record,
        differs=any(PLACEHOLDER.search(filled(text, record.values)) for text in texts),
        varies=values.legend(texts, chosen, side.side),
        what=what,
        engines=engines,
        how=under(record.accelerator, record.versions.get(ENGINE, "")),
        script=f"{base}/{side.script.name}",
        output=f"{base}/{side.recorded.name}",
        versions=f"{base}/recorded.json",
    )


@macro()
def typing(_data: Data) -> str:
    """Return the box that says how to type the commands of a page by oneself; a search finds the lab's page."""
    return _markdown("typing")


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
    return unsearched("\n".join(lines))


def check_script(data: Data, use: Use, path: str, region: str) -> None:
    """Check a call of `script`, and note what it shows."""
    file = data.root / "snippets" / path
    if not file.is_file():
        return use.bad(f"there is no script snippets/{path}", "write its path below snippets/, as lab/rootfs.sh")
    try:
        names = [part.name for part in data.files.regions(file)]
    except ProblemError as error:
        return use.problems.keep(error)
    if region not in names:
        return use.bad(f"snippets/{path} has no region '{region}'", f"one of: {', '.join(names)}")
    return use.shown.add(("script", path, region))


@macro(check_script)
def script(data: Data, path: str, region: str) -> str:
    """Return one region of a script as Markdown, with a link to the whole: one of the lab, or one that an example uses."""
    found = data.files.regions(data.root / "snippets" / path)
    user = "`make lab` runs" if path.startswith("lab/") else "the example runs"
    if path in BY_HAND:
        user = "can also be run as a whole"
    return _markdown("script", text=next(part.text for part in found if part.name == region), path=path, user=user)
