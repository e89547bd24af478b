"""The house: which room may import which, and how large a module may become."""

from __future__ import annotations

import ast
import functools
from pathlib import Path

import pytest

from macros.base.problems import ROOT

MACROS = ROOT / "macros"
ROOMS = ("base", "model", "pages", "render")  # each may import from those before it, and from itself
MODULES = sorted(MACROS.rglob("*.py"))
LINES = 350


def name_of(path: Path) -> str:
    """Return a module's name, as it is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


KNOWN = {name_of(path) for path in MODULES}


@functools.cache
def imports(path: Path) -> set[str]:
    """Return the modules of macros/ that a module imports anywhere in it, inside functions and for type checking too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write imports from macros.…, which say the room"
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return found & KNOWN - {"macros"}


def room_of(name: str) -> str:
    """Return the room of a module, "" for the package itself and its command."""
    return name.split(".")[1] if "." in name.removesuffix(".__main__") else ""


def test_the_rooms_are_those_of_the_house() -> None:
    assert {path.parent.name for path in MODULES if path.parent != MACROS} == set(ROOMS)
    assert sorted(path.name for path in MACROS.glob("*.py")) == ["__init__.py", "__main__.py"], (
        "macros/ itself registers, or reads everything for the checks, and does nothing else"
    )
    assert len(MODULES) > 40


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_go_one_way(path: Path) -> None:
    room = room_of(name_of(path))
    allowed = ROOMS[: ROOMS.index(room) + 1] if room else ROOMS
    for imported in imports(path):
        assert room_of(imported) in allowed, f"{name_of(path)} imports {imported}: base <- model <- pages <- render"


def test_no_module_imports_itself_through_others() -> None:
    graph = {name_of(path): imports(path) for path in MODULES}
    done: set[str] = set()

    def walk(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, f"an import circle: {' -> '.join([*above, name])}"
        if name not in done:
            for other in sorted(graph[name]):
                walk(other, (*above, name))
            done.add(name)

    for name in graph:
        walk(name, ())
    assert done == set(graph)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_can_be_read_at_one_sitting(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LINES, "split it by what it is about"


def test_what_the_site_and_the_examples_need_lies_outside_the_tests() -> None:
    """`make build` and the examples' prelude run in a tree without tests/."""
    make = (ROOT / "Makefile").read_text("utf-8")
    build = make[make.index("\nbuild:") : make.index("\ncheck:")]
    scripts = [*(ROOT / "snippets").rglob("*.sh"), *(ROOT / "snippets" / "runner").glob("*.py")]
    assert "tests" not in build and len(scripts) > 100
    for path in [*scripts, *MODULES]:
        for line in path.read_text("utf-8").splitlines():
            assert not line.lstrip().startswith(("from tests", "import tests")) and "/tests/" not in line, (
                f"{path}: {line}"
            )
