"""What must hold of the project's files besides data and pages, so that the checks can be relied on."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from macros.base.problems import ProblemError, Problems, read
from macros.model.reading import READ
from macros.pages.budgets import check_budgets
from macros.pages.settings import check_settings
from macros.pages.written import check_written

TEXTS = {
    *(".md", ".yml", ".yaml", ".json", ".toml", ".tsv", ".txt", ".py", ".sh", ".awk", ".js", ".css", ".svg", ".html"),
    *(".j2", ".cff", ".cfg", ".ini"),
}
# What makes a browser ask another host. A link does not, and neither does a name of a namespace.
FETCHED = re.compile(
    r"""(?:url\(\s*["']?|@import\s+["']|<(?:script|img|iframe|link)\b[^>]*?\s(?:src|href)=["'])(?:https?:)?//[^"')\s]+"""
)
FOLDERS = ("docs", "macros", "snippets", "tests", "theme", ".github", ".vscode", ".devcontainer")
NAMES = (
    *("Makefile", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "CITATION.cff", "mkdocs.yml"),
    *("pyproject.toml", ".readthedocs.yaml", ".taplo.toml"),
)


def texts(root: Path) -> list[Path]:
    """Return every text file of the project, sorted; links are not followed."""
    found = [root / name for name in NAMES if (root / name).is_file()]
    for folder in FOLDERS:
        for path in (root / folder).rglob("*"):
            if path.suffix in TEXTS and path.is_file() and not path.is_symlink():
                found.append(path)
    return sorted(found)


def check_texts(root: Path) -> None:
    """Raise ProblemError for a text file that cannot be read or is left to write, and for what assets may not hold."""
    problems = Problems(root)
    for path in texts(root):
        try:
            check_written(path, read(path, root), problems)
        except ProblemError as error:
            problems.keep(error)
    problems.raise_any()
    _check_assets(root, problems)
    problems.raise_any()


def check_guards(root: Path) -> None:
    """Raise ProblemError for a check that was weakened: its settings, its bounds, its seals."""
    problems = Problems(root)
    check_settings(root, problems)
    check_budgets(root, problems)
    if not (root / READ).is_file():
        problems.bad(root / READ, "the seal of what was read is missing", f"restore it: git checkout -- {READ}")
    problems.raise_any()


def _check_assets(root: Path, problems: Problems) -> None:
    """Note what a style sheet or the theme would fetch from another host, and a drawing that is not XML."""
    for path in [*sorted((root / "docs").rglob("*.css")), *sorted((root / "theme").rglob("*.html"))]:
        text = read(path, root)
        for match in FETCHED.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            problems.bad(
                path, f"fetches from another host: {match[0].strip()}", "put the file under docs/assets/", line=line
            )
    for path in sorted((root / "docs" / "assets").rglob("*.svg")):
        try:
            ElementTree.fromstring(read(path, root))
        except ElementTree.ParseError as error:
            problems.bad(path, f"not well-formed XML: {error}", "correct the tag in that line", line=error.position[0])
