"""What must hold of the project's files besides data and pages, so that the checks can be relied on."""

from __future__ import annotations

from pathlib import Path

from macros.base.problems import ProblemError, Problems, read

TEXTS = {
    *(".md", ".yml", ".yaml", ".json", ".toml", ".tsv", ".txt", ".py", ".sh", ".awk", ".js", ".css", ".svg", ".html"),
    *(".j2", ".cff", ".cfg", ".ini"),
}
FOLDERS = ("docs", "macros", "snippets", "tests", "theme", ".github")
NAMES = ("Makefile", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "CITATION.cff", "mkdocs.yml", "pyproject.toml")


def texts(root: Path) -> list[Path]:
    """Return every text file of the project, sorted; links are not followed."""
    found = [root / name for name in NAMES if (root / name).is_file()]
    for folder in FOLDERS:
        for path in (root / folder).rglob("*"):
            if path.suffix in TEXTS and path.is_file() and not path.is_symlink():
                found.append(path)
    return sorted(found)


def check_project(root: Path, *, settings: bool = True) -> None:
    """Raise ProblemError for a text file that cannot be read and, with `settings`, for a check that was weakened."""
    problems = Problems(root)
    for path in texts(root):
        try:
            read(path, root)
        except ProblemError as error:
            problems.keep(error)
    problems.raise_any()
