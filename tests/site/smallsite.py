"""Makes a small copy of this site, of two pages and one example, for tests to break."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from macros.model.load import Data
from macros.model.load import load as read
from macros.pages import built
from macros.pages.generate import why
from snippets.runner.paths import ROOT
from snippets.runner.seal import seal_all
from tests.site import buildserver

SCRIPT = "#!/usr/bin/env bash\nset -euo pipefail\n# --8<-- [start:show]\nuname -r\n# --8<-- [end:show]\n"
EXAMPLE = """\
title = "A kernel"
touches = "nothing"
[host]
look = "The kernel's release."
[[volatile]]
name = "kernel"
pattern = '^\\d+\\.\\d+\\S*$'
"""
SOURCES = """\
manual:
  title: "A manual"
  authors: "Somebody"
  venue: "A shelf"
  year: 2024
  url: "https://example.org/manual"
  read: "P"
  version: "edition 2"
  locators:
    "Part 1": "It says what a kernel is."
  figures:
    pages: {value: "12", unit: "pages", locator: "Part 1", says: "How long it is."}
    own: {value: "5", unit: "MiB", locator: "Part 1", says: "What each of them takes."}
"""
CLAIMS = """\
- id: A1
  section: kernels
  statement: "Every machine has a kernel."
  verdict: holds
  explanation: "A program asks the kernel for everything that it cannot do by itself."
  evidence:
    - source: manual
      locator: "Part 1"
    - test: "tests/examples/test_small.py::test_small"
"""
TEST = """\
import pytest


@pytest.mark.claim("A1", "holds")
def test_small():
    assert 6 * 7 == 42


def test_other():
    pass
"""
COMPARISON = """\
sections:
  - id: kernels
    title: Kernels
    page: /kernels.md
    question: Which?
    container: The host's
    vm: Its own
    claims: [A1]
  - id: later
    title: Later
    question: When?
    container: Soon
    vm: Soon
"""
SEE = '[{source: manual, locator: "Part 1"}]'
GUIDE = f"""\
questions:
  - id: own
    ask: "Does it need a kernel of its own?"
    short: "Kernel"
    why: {{text: "A kernel decides what can run.", see: [{{page: /kernels.md, text: kernels}}]}}
    answers: [{{id: any, text: "no", short: "no"}}, {{id: own, text: "yes", short: "one of its own", demands: [kernel]}}]
demands:
  - id: kernel
    name: "a kernel of its own"
    because: {{text: "A program with a module needs a kernel.", see: {SEE}}}
outcomes:
  - id: container
    name: "A container"
    sides: [container]
    meets: []
    take: "Nothing asks for another kernel."
    is: {{text: "Processes of the host's kernel.", see: {SEE}}}
    costs: {{text: "The host's kernel is shared.", see: {SEE}}}
  - id: vm
    name: "A machine"
    sides: [vm]
    meets: [kernel]
    take: "It needs a kernel of its own."
    is: {{text: "It boots a kernel of its own.", see: {SEE}}}
    costs: {{text: "It takes the kernel's memory.", see: {SEE}}}
rules:
  - id: own
    when: {{own: [own]}}
    outcome: vm
    because: [{{text: "It has a kernel of {{manual:pages}}.", see: [{{claim: A1}}]}}]
    runners_up: []
  - id: plain
    when: {{}}
    outcome: container
    because: [{{text: "Nothing asks for another kernel.", see: {SEE}}}]
    runners_up: [{{outcome: vm, unless: {{text: "You want to see one boot.", see: {SEE}}}}}]
advice:
  - id: mind
    when: {{}}
    outcomes: [vm]
    says: {{text: "Keep both kernels up to date.", see: {SEE}}}
"""
CASES = """\
- id: module
  title: "A module"
  says: "A program that comes with a module for one kernel only."
  answers: {own: own}
  expects: vm
  because: "A module runs in a kernel, and a container has none of its own to load it into."
- id: service
  title: "A service"
  says: "A program that answers requests and asks nothing of the kernel that it runs on."
  answers: {own: any}
  expects: container
  because: "Nothing that it needs is missing from the kernel of the host on which it is started."
"""
PLANNER = """\
kept_for_host: {memory_mib: 512}
technologies:
  - id: each
    name: "A thing, published"
    sides: [container]
    published: {source: manual, least: {figure: own}, most: {figure: own}}
    says: "What each of them takes, as a manual says that was made up for this test."
examples:
  - {host_gib: 2, cores: 2, work_mib: 5, work_processors: "0.5", wanted: 3}
"""
INDEX = """\
# Home

{{ comparison() }}

See [kernels](/kernels.md#claims), and {{ claim("A1") }}.
"""
KERNELS = """\
# Kernels

A kernel is a program {{ cite("manual", "Part 1") }} of {{ figure("manual", "pages") }}.

{{ example("section/kernel") }}

## Claims

{{ claims("kernels") }}
"""
MACHINE = {
    "slug": "small", "system": "S", "kernel": "1.0", "architecture": "x", "cpu": "C", "cpus": "1", "memory": "1.0 GiB", "virtual": "unknown",
    "cgroups": "2", "accelerator": "none", "accelerator_reason": "no VM", "versions": {},
}  # fmt: skip

MEASURED = """\
title = "A start"
touches = "nothing"
runs = 5
[container]
look = "Quick."
[vm]
look = "Slower."
[metrics.start]
title = "Until the first line"
unit = "s"
[metrics.bare]
title = "Until the first line, without a network"
unit = "s"
[metrics.memory]
title = "Memory"
unit = "B"
at = "instances"
[metrics.threads]
title = "Threads"
unit = "count"
"""
FIGURES = """\
    boot: {value: "125", unit: "ms", locator: "Part 1", says: "How long it takes.", of: {name: "theirs", accelerator: "hardware virtualisation", side: "vm"}}
    each: {value: "5", unit: "MiB", locator: "Part 1", says: "What each takes.", of: {name: "theirs", accelerator: "hardware virtualisation", side: "vm"}}
"""
CHARTS = """\
- id: start
  title: "From the command to the first line"
  clock: {start: "the command starts", end: "the first line is written"}
  kind: bars
  scale: log
  rows:
    - {label: "A container", experiment: section/measured, side: container, metric: start}
    - {label: "of which network", experiment: section/measured, side: container, metric: start, minus: bare}
    - {label: "A guest", experiment: section/measured, side: vm, metric: start}
  published:
    - {label: "A guest of theirs", source: manual, figure: boot}
- id: memory
  title: "Memory as instances are added"
  kind: lines
  rows:
    - {label: "Containers", experiment: section/measured, side: container, metric: memory}
    - {label: "Guests", experiment: section/measured, side: vm, metric: memory}
  published:
    - {label: "Theirs", source: manual, figure: each, at: 1}
"""


def make(site: Path, *, lean: bool = False) -> Path:
    """Make the small site in `site`, a directory that does not exist yet, and return it. It builds without a warning.

    A lean one is read by this process, not built: it has neither macros nor a theme of its own, and costs a tenth.
    """
    site.mkdir(parents=True)
    for name in () if lean else ("macros", "theme", "docs/assets"):
        shutil.copytree(ROOT / name, site / name, ignore=shutil.ignore_patterns("__pycache__"))
    if not lean:
        _copy_bytecode(site)
    shutil.copytree(ROOT / "docs" / "data" / "schema", site / "docs" / "data" / "schema")
    config = (ROOT / "mkdocs.yml").read_text("utf-8")
    start, end = config.index("nav:\n"), config.index("# docs/snippets and docs/tests are links")
    nav = "nav: [index.md, kernels.md, claims.md, claims/kernels.md, sources.md, sources/studies.md, checking.md]\n\n"
    (site / "mkdocs.yml").write_text(config[:start] + nav + config[end:], "utf-8")
    pages = {
        "index.md": INDEX,
        "kernels.md": KERNELS,
        "claims.md": "# Claims\n\n{{ counts() }}\n\n{{ statements() }}\n",
        "claims/kernels.md": '# Claims: kernels\n\n{{ ledger("kernels") }}\n',
        "sources.md": "# Sources\n\n{{ catalogue() }}\n",
        "sources/studies.md": '# Sources: studies\n\n{{ sources("studies") }}\n',
        "checking.md": "# Checking\n\n## Placeholders\n\n{{ machines() }}\n",
        "data/sources.yml": SOURCES,
        "data/claims.yml": CLAIMS,
        "data/comparison.yml": COMPARISON,
        "data/technologies.yml": "[]\n",
        "data/escapes.yml": "[]\n",
        "data/exceptions.yml": "shell: []\nnumbers: []\nlinks: []\n",
        "data/charts.yml": "[]\n",
        "data/glossary.yml": "[]\n",
        "data/guide.yml": GUIDE,
        "data/cases.yml": CASES,
        "data/planner.yml": PLANNER,
        "data/machines.yml": "first: small\n",
        "data/results/small/machine.json": json.dumps(MACHINE),
        "contributing/index.html": "<h1>Contributing</h1><p id='report-a-mistake'></p><p id='cite'></p>",
    }
    for name, text in pages.items():
        path = site / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    example = site / "snippets" / "section" / "kernel"
    example.mkdir(parents=True)
    (example / "example.toml").write_text(EXAMPLE, "utf-8")
    (example / "host.sh").write_text(SCRIPT, "utf-8")
    (example / "host.out").write_text("--8<-- [start:show]\n<kernel>\n--8<-- [end:show]\n", "utf-8")
    record(site)
    tests = site / "tests" / "examples"
    tests.mkdir(parents=True)
    (tests / "test_small.py").write_text(TEST, "utf-8")
    lab = site / "snippets" / "lab"
    lab.mkdir()
    shutil.copy(ROOT / "snippets" / "lab" / "requirements.tsv", lab)
    seal(site)
    return site


def _copy_bytecode(site: Path) -> None:
    """Give the site's macros the bytecode that Python keeps of ours, where it does: it holds until a file is changed."""
    for path in (ROOT / "macros").rglob("*.py"):
        kept = Path(importlib.util.cache_from_source(str(path)))
        if kept.is_file():
            own = site / path.relative_to(ROOT).parent / "__pycache__"
            own.mkdir(exist_ok=True)
            shutil.copy(kept, own)


def seal(site: Path) -> None:
    """Seal what was recorded, as `make record` does when it has written a file."""
    seal_all(site)


def load(site: Path) -> Data:
    """Read the site as it would be had its recordings just been made, whatever a test has made of them."""
    seal(site)
    return read(site)


def record(site: Path) -> None:
    """Write the example's record again, as `make record` would after a change of the script."""
    example = site / "snippets" / "section" / "kernel"
    digest = hashlib.sha256((example / "host.sh").read_bytes()).hexdigest()
    entry = {"digest": digest, "date": "2026-01-02", "machine": "small", "accelerator": "none", "versions": {}}
    (example / "recorded.json").write_text(json.dumps({"host": entry}), "utf-8")
    seal(site)


def samples(factor: float = 1) -> dict[str, dict[str, object]]:
    """Return metrics of five rounds each, as a result holds them, `factor` times what they are."""
    start = [factor * one for one in (0.31, 0.30, 0.33, 0.29, 0.32)]
    found: dict[str, dict[str, object]] = {
        "start": {"unit": "s", "samples": start},
        "bare": {"unit": "s", "samples": [one - 0.1 * factor for one in start]},
        "threads": {"unit": "count", "samples": [3, 3, 3, 3, 3]},
    }
    for point in (1, 2, 4):
        values = [int(factor * 3_000_000 * point + 1000 * n) for n in range(5)]
        found[f"memory@{point}"] = {"unit": "B", "samples": values}
    return found


def measure(site: Path, **machines: str) -> Path:
    """Add an experiment to the small site, recorded on each of `machines` (its name: the accelerator), and two charts.

    Return the site. The VM takes ten times what the container takes.
    """
    example = site / "snippets" / "section" / "measured"
    example.mkdir()
    (example / "example.toml").write_text(MEASURED, "utf-8")
    digests = {}
    for side in ("container", "vm"):
        text = f"{SCRIPT}# {side}\n".replace("uname -r", "true")
        (example / f"{side}.sh").write_text(text, "utf-8")
        (example / f"{side}.out").write_text("--8<-- [start:show]\n--8<-- [end:show]\n", "utf-8")
        digests[side] = hashlib.sha256(text.encode()).hexdigest()
    record = {"date": "2026-01-02", "machine": "small", "accelerator": "none", "versions": {}}
    records = {side: record | {"digest": digest} for side, digest in digests.items()}
    (example / "recorded.json").write_text(json.dumps(records), "utf-8")
    for n, (name, accelerator) in enumerate(machines.items()):
        sides = {
            "container": {"accelerator": "none", "digest": digests["container"], "seconds": 4.5, "metrics": samples()},
            "vm": {"accelerator": accelerator, "digest": digests["vm"], "metrics": samples(10 / (1 + 4 * n))},
        }
        result = {"experiment": "section/measured", "machine": name, "date": "2026-01-03", "commit": "0123abc"}
        folder = site / "docs" / "data" / "results" / name
        folder.mkdir(exist_ok=True)
        (folder / "machine.json").write_text(json.dumps(MACHINE | {"slug": name, "accelerator": accelerator}), "utf-8")
        (folder / "section.measured.json").write_text(json.dumps(result | {"versions": {}, "sides": sides}), "utf-8")
    data = site / "docs" / "data"
    (data / "charts.yml").write_text(CHARTS, "utf-8")
    (data / "sources.yml").write_text((data / "sources.yml").read_text("utf-8") + FIGURES, "utf-8")
    page = site / "docs" / "kernels.md"
    calls = '\n## Measured\n\n{{ example("section/measured") }}\n\n{{ chart("start") }}\n\n{{ chart("memory") }}\n'
    page.write_text(page.read_text("utf-8") + calls, "utf-8")
    seal(site)
    return site


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a build: no address, no banner, and the bytecode that lies beside the modules."""
    ours = {"SITE_URL", "REPO_URL", "EDIT_URI_TEMPLATE", "OFFLINE", "MACROS_FAIL", "PYTHONPYCACHEPREFIX"}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return kept | {"NO_MKDOCS_2_WARNING": "1", "SOURCE_DATE_EPOCH": "1577836800"} | more


def whole(out: Path, **more: str) -> None:
    """Build this site, not the small one, into `out`. Raises AssertionError, with what was printed, if it fails."""
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(out)]
    done = subprocess.run(
        words,
        cwd=ROOT,
        env=environment(**more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, why(done.stdout)


def build(site: Path, *flags: str, cwd: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    """Build the site as `make build` does, then check what was built; stop at what fails. Both outputs are joined in stdout."""
    out, log = site / "built", site / "built.log"
    words = ["-m", "mkdocs", "build", *(flags or ("--strict",)), "--site-dir", str(out)]
    done = buildserver.ask(words, cwd or site, environment(**more), log)
    log.unlink()
    if done.returncode == 0:
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = built.main([str(out)])
        done = subprocess.CompletedProcess(done.args, code, done.stdout + said.getvalue())
    return done
