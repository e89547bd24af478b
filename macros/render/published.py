"""Writes the files that the build makes of the data: those of charts and of tables, each at a permanent address.

The build writes them below docs/ before the generator collects its files, so that the generator checks the links to
them; git does not keep them.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from macros.pages.uses import Site
from macros.render import beside, downloads, recordings, tables


def folders(data: Site) -> dict[Path, dict[str, str]]:
    """Return the files of each folder, by name."""
    return {
        downloads.FOLDER: downloads.files(data),
        tables.FOLDER: tables.files(data) | recordings.files(data) | beside.files(data),
    }


def publish(root: Path, data: Site) -> None:
    """Write the files below `root`, where they changed, and remove those that nothing makes any more."""
    for folder, files in folders(data).items():
        _write(root / folder, files)


def _write(folder: Path, files: dict[str, str]) -> None:
    if files:
        folder.mkdir(exist_ok=True)
    for name, text in files.items():
        path = folder / name
        if path.is_file() and path.read_bytes() == text.encode():
            continue
        handle, draft = tempfile.mkstemp(dir=folder, prefix=f".{name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
        os.chmod(draft, 0o644)
        os.replace(draft, path)
    for path in folder.glob("[!.]*.*") if folder.is_dir() else ():
        if path.name not in files:
            path.unlink()
