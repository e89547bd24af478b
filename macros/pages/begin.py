"""Begins an example, a claim or a page with everything that the contracts need: `make new-example` and the like.

What only the author can fill is marked; `make check` names each such place, with its line, until it is written.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from macros.base.problems import ROOT, Problem, ProblemError, read
from macros.base.schemas import read_yaml
from macros.model.examples import LAB, RUNNER, SIDES
from macros.pages.written import MARK

ID = re.compile(r"(?P<section>[a-z0-9-]+)/(?P<name>[a-z0-9-]+)")
PAGE = re.compile(r"(?:docs/)?(?P<folder>[a-z0-9-]+)/(?P<name>[a-z0-9-]+)\.md")
CLAIMS, SECTIONS, CONFIG = Path("docs/data/claims.yml"), Path("docs/data/comparison.yml"), Path("mkdocs.yml")
SCRIPT = """\
#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

BEFORE# --8<-- [start:show]
COMMAND
# --8<-- [end:show]
"""
COMMANDS = {
    "host": f"echo '{MARK}the command whose output shows it'",
    "container": f"docker run --rm --network none cvm-lab \\\n    sh -c 'echo \"{MARK}the command\"'",
    "rootless": f"podman run --rm --network none cvm-lab \\\n    sh -c 'echo \"{MARK}the command\"'",
    "system": f"""\
lxc-start -P "$WORK/lxc" -n "$RUN"
lxc-attach -P "$WORK/lxc" -n "$RUN" -- sh -c 'echo "{MARK}the command"'""",
    "gvisor": f"""\
make-bundle "$WORK/bundle" sh -c 'echo "{MARK}the command"'
./runsc --root "$WORK/runsc" --platform systrap --network none \\
    --ignore-cgroups run --bundle "$WORK/bundle" "$RUN\"""",
    "vm": f"""\
qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 \\
    -nodefaults -display none -serial stdio -no-reboot \\
    -kernel vmlinuz -initrd initramfs.gz \\
    -append 'console=ttyS0 loglevel=1
    run="echo {MARK}the command"'""",
}
BEFORE = {"system": 'make-system "$WORK/lxc" "$RUN"\n'}  # what only the test needs, above what readers see
TABLE = {"system": 'interfaces = ["cgroups", "namespaces", "mounts"]\n'}  # what LXC depends on, whatever runs in it
TEST = """\
\"\"\"What the example ID means, on fresh output.\"\"\"

from __future__ import annotations

import pytest

from SUITE import Runs

pytestmark = pytest.mark.engine


@pytest.mark.example("ID")
def test_NAME(run_example: Runs) -> None:
    \"\"\"MARKwhat the example shows, in a sentence.\"\"\"
RUNS
    assert SHOWN, "MARKwhat must hold of the output, asserted on its words"
"""
CLAIM = """\
- id: "ID"
  section: "SECTION"
  statement: "MARKthe statement, as people make it"
  verdict: "MARKholds, holds with conditions, outdated, false, or cannot be shown here"
  explanation: >-
    MARKthe explanation, which begins with Yes, No or It depends, and gives the reason
  evidence:
    - source: "MARKthe key of a source in docs/data/sources.yml"
      locator: "MARKthe place in that source, as sources.yml names it"
"""
TEXT = """\
---
title: "MARKthe title of the page, a few words"
description: "MARKwhat the page answers, for a search engine"
---

# MARKthe same title

**MARKthe question that the page answers**

## In short

MARKthe answer first, with its figure; each fact with a citation, a figure or a result

## What this does not show

- MARKwhat a reader could think and must not, and why
"""


def _refuse(file: Path | str, what: str, remedy: str, line: int = 0) -> ProblemError:
    return ProblemError([Problem(str(file), line, what, remedy)])


def _put(root: Path, files: dict[Path, str]) -> None:
    """Write files that do not exist yet; none if one of them does."""
    for path in files:
        if (root / path).exists():
            raise _refuse(path, "the file exists already", "choose another name, or edit that file")
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text.replace("MARK", MARK), "utf-8")


def script(side: str) -> str:
    """Return the script of a side, with a command that prints one line."""
    return SCRIPT.replace("BEFORE", BEFORE.get(side, "")).replace("COMMAND", COMMANDS[side])


def example(root: Path, name: str, sides: list[str]) -> str:
    """Begin an example; return what was done and what is next."""
    found = ID.fullmatch(name)
    folders = sorted(path.name for path in (root / "snippets").iterdir() if path.is_dir())
    sections = [one for one in folders if one not in {LAB, RUNNER} and not one.startswith("_")]
    if not found or found["section"] not in sections:
        remedy = f"write SECTION/NAME in lower case, as NAME={sections[0]}/my-example; sections: {', '.join(sections)}"
        raise _refuse("snippets", f"'{name}' is no name of an example", remedy)
    sides = sides or ["container", "vm"]
    if unknown := [side for side in sides if side not in SIDES]:
        raise _refuse("snippets", f"there is no side '{unknown[0]}'", f"SIDES= takes: {' '.join(SIDES)}")
    chosen = [side for side in SIDES if side in sides]
    directory = Path("snippets", name)
    toml = 'title = "MARKwhat the example shows, as a title"\n'
    toml += 'touches = "MARKwhat it starts, and what it changes on the host"\n'
    toml += "".join(
        f'\n[{side}]\nlook = "MARKwhat to look at in the output of this side"\n{TABLE.get(side, "")}' for side in chosen
    )
    slug = name.replace("/", "_").replace("-", "_")
    runs = "\n".join(f'    {side} = run_example("{name}", "{side}")["show"]' for side in chosen)
    shown = " != ".join(chosen) if len(chosen) > 1 else f'{chosen[0]} == ""'
    test = (
        TEST.replace("SUITE", "tests.conftest")
        .replace("ID", name)
        .replace("NAME", slug)
        .replace("RUNS", runs)
        .replace("SHOWN", shown)
    )
    files = {directory / "example.toml": toml, Path(f"tests/examples/test_{slug}.py"): test}
    files |= {directory / f"{side}.sh": script(side) for side in chosen}
    _put(root, files)
    return _done(
        [str(path) for path in files],
        f'show it on a page: {{{{ example("{name}") }}}}',
        f"record it: make record EXAMPLE={name} MACHINE=my-laptop",
    )


def claim(root: Path, section: str, wanted: str = "") -> str:
    """Begin a claim of a section, after its last one; return what was done and what is next."""
    content, lines = read_yaml(root / CLAIMS, root)
    known: dict[str, Any] = {one["id"]: one for one in read_yaml(root / SECTIONS, root)[0]["sections"]}
    if section not in known:
        raise _refuse(SECTIONS, f"there is no section '{section}'", f"SECTION= takes one of: {', '.join(known)}")
    ids = [str(one["id"]) for one in content]
    letter = next(iter(known[section].get("claims", [])), section.upper())[0]
    last = max((int(one[1:]) for one in ids if one[0] == letter), default=0)
    name = wanted or f"{letter}{last + 1}"
    if name in ids or not re.fullmatch(r"[A-Z][0-9]{1,2}", name):
        what = f"the claim '{name}' exists already" if name in ids else f"'{name}' is no id of a claim"
        raise _refuse(CLAIMS, what, f"leave out ID=, or give one that is free, as {letter}{last + 1}")
    text = read(root / CLAIMS, root).rstrip("\n").split("\n")
    mine = [number for number, one in enumerate(ids) if one[0] == name[0]]
    after = max(mine, default=len(ids) - 1) + 1
    at = lines[(after,)] - 1 if after < len(ids) else len(text)
    entry = CLAIM.replace("ID", name).replace("SECTION", section).replace("MARK", MARK)
    (root / CLAIMS).write_text("\n".join([*text[:at], entry.rstrip("\n"), *text[at:], ""]), "utf-8")
    return _done(
        [f"{CLAIMS}:{at + 1}"],
        f'where a test is the evidence: "- test: FILE::FUNCTION", and @pytest.mark.claim("{name}", VERDICT) on the test',
        "where the verdict rests on a measurement: expects, see docs/contributing.md",
    )


def page(root: Path, name: str) -> str:
    """Begin a page and add it to the navigation, after the last one of its folder; return what was done."""
    found = PAGE.fullmatch(name)
    text = read(root / CONFIG, root).split("\n")
    rows = [
        (number, re.match(r"(\s*- )(?:.*?: )?([a-z0-9-]+)/[a-z0-9-]+\.md$", line)) for number, line in enumerate(text)
    ]
    folders = list(dict.fromkeys(row[2] for _, row in rows if row))
    if not found or found["folder"] not in folders:
        remedy = f"write PAGE=docs/FOLDER/NAME.md in lower case; folders: {', '.join(folders)}"
        raise _refuse("docs", f"'{name}' is no page that could be", remedy)
    folder = found["folder"]
    path = Path("docs", folder, f"{found['name']}.md")
    _put(root, {path: TEXT})
    number, row = [(number, row) for number, row in rows if row and row[2] == folder][-1]
    text.insert(number + 1, f'{row[1]}"{MARK}a title of a few words": {folder}/{found["name"]}.md')
    (root / CONFIG).write_text("\n".join(text), "utf-8")
    return _done(
        [str(path), f"{CONFIG}:{number + 2}"],
        f"link to it from a page that its readers come from: [its title](/{folder}/{found['name']}.md)",
        f"check it while you write: make check PAGE={path}",
    )


def _done(files: list[str], *then: str) -> str:
    """Return what was begun, and what is to be done after each place is written."""
    lines = ["begun:", *(f"    {file}" for file in files), "next:"]
    lines += [f"    write what 'make check' names (each place begins with {MARK.strip()})"]
    return "\n".join([*lines, *(f"    {one}" for one in then)])


def main(kind: str, words: list[str]) -> str:
    """Begin what is named, in the project that this belongs to; return what was done. Raises ProblemError."""
    match kind, words:
        case "example", [name, *sides]:
            return example(ROOT, name, sides)
        case "claim", [section, *wanted]:
            return claim(ROOT, section, next(iter(wanted), ""))
        case "page", [name]:
            return page(ROOT, name)
    usage = "make new-example NAME=section/name SIDES='container vm', make new-claim SECTION=id, make new-page PAGE=docs/folder/name.md"
    raise _refuse("Makefile", f"new-{kind} lacks its argument", f"write: {usage}")
