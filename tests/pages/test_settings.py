"""The guards' own settings: each that lets a mistake pass is named with its line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from macros.base.problems import ROOT, Problems
from macros.pages.settings import check_settings, recipes

FILES = ("Makefile", "mkdocs.yml", "pyproject.toml", "macros/pages/generate.py", "macros/render/templates.py")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a directory with this project's settings and nothing else."""
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def wrong(project: Path) -> list[tuple[str, str]]:
    problems = Problems(project)
    check_settings(project, problems)
    assert all(one.line and one.remedy for one in problems.found), problems.found
    return [(one.file, one.what) for one in problems.found]


def test_this_projects_settings_hold(project: Path) -> None:
    assert wrong(project) == []


EDITS = {
    "no check of types": ("Makefile", "$(RUN) -m mypy", "true", "the target 'types' does not run: -m mypy"),
    "types may fail": ("Makefile", "$(RUN) -m mypy", "$(RUN) -m mypy || true", "goes on after a failure, or leaves something out: || true"),
    "types may fail otherwise": ("Makefile", "@$(RUN) -m mypy", "-@$(RUN) -m mypy", "goes on after a failure"),
    "tests left out": ("Makefile", "-q -n $(WORKERS) --dist worksteal", "-q -n $(WORKERS) --deselect tests/x", "--deselect"),
    "test without check": ("Makefile", "test: check ##", "test: ##", "the target 'test' does not need 'check'"),
    "nothing is read first": ("Makefile", "check: .venv/dev.stamp read", "check: .venv/dev.stamp", "the target 'check' does not need 'read'"),
    "a shell that goes on": ("Makefile", "-euo pipefail -c", "-uo pipefail -c", "a shell that does not stop at a failure"),
    "make goes on": ("Makefile", "MAKEFLAGS += --no-print-directory", "MAKEFLAGS += -k", "failures are ignored"),
    "not strict": ("mkdocs.yml", "strict: true", "strict: false", "strict is not True"),
    "anchors": ("mkdocs.yml", "anchors: warn", "anchors: info", "validation.links.anchors is not 'warn'"),
    "undefined": ("mkdocs.yml", "on_undefined: strict", "on_undefined: keep", "plugins.macros.on_undefined is not 'strict'"),
    "macros may fail": ("mkdocs.yml", "[MACROS_FAIL, true]", "[MACROS_FAIL, false]", "plugins.macros.on_error_fail is not"),
    "a hook": ("mkdocs.yml", "strict: true", "strict: true\nhooks: [x.py]", "the key 'hooks'"),
    "a plugin more": ("mkdocs.yml", "  - macros:\n", "  - tags\n  - macros:\n", "a plugin more: tags"),
    "the generator is not strict": ("macros/pages/generate.py", ', "--strict"', "", "not called with --strict alone"),
    "the generator is quiet": ("macros/pages/generate.py", '"--strict")', '"--strict", "-q")', "not called with --strict alone"),
    "nothing is escaped": ("macros/render/templates.py", "autoescape=True", "autoescape=False", "templates do not escape"),
    "mypy": ("pyproject.toml", "strict = true\nmypy_path", "strict = false\nmypy_path", "tool.mypy.strict is not True"),
    "mypy of a module": ("pyproject.toml", "ignore_missing_imports = true", "ignore_errors = true", "mypy checks less of"),
    "ruff": ("pyproject.toml", '"E", "F", "W"', '"W"', "ruff no longer checks: E, F"),
    "pytest": ("pyproject.toml", '"--strict-markers", ', "", "tool.pytest.ini_options.addopts is not"),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_a_setting_that_lets_a_mistake_pass_is_named(name: str, project: Path) -> None:
    file, old, new, message = EDITS[name]
    text = (project / file).read_text("utf-8")
    assert old in text
    (project / file).write_text(text.replace(old, new, 1), "utf-8")
    assert [one for one in wrong(project) if one[0] == file and message in one[1]], wrong(project)


def test_a_recipes_lines_are_joined() -> None:
    assert recipes("a: b c # d\n\t@one \\\n\t\ttwo\n\tthree\nX := y\n") == {
        "a": (1, ["b", "c"], [(2, "@one two"), (4, "three")])
    }
