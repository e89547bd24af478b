"""Seals what was recorded: writes the digests that macros/model/seal.py checks. Only recording and amending call it."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterable
from pathlib import Path

from macros.base.problems import relative
from macros.model.seal import SEAL, digest, recorded_files

from .files import replace
from .paths import BUILD, DATA, ROOT, SNIPPETS


def seal(paths: Iterable[Path]) -> None:
    """Seal these files as they are; one that is gone leaves the seal. Recorders side by side take turns.

    A file that lies where no recording does, such as a first picture under build/, is passed over.
    """
    recorded = [path for path in paths if path.is_relative_to(DATA) or path.is_relative_to(SNIPPETS)]
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "seal.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        write(ROOT, {path: digest(path) if path.is_file() else "" for path in recorded})


def seal_all(root: Path) -> None:
    """Seal every recorded file below `root`, and nothing else."""
    (root / SEAL).unlink(missing_ok=True)
    write(root, {path: digest(path) for path in recorded_files(root)})


def write(root: Path, digests: dict[Path, str]) -> None:
    """Change these entries of the seal below `root`; "" removes one."""
    path = root / SEAL
    entries: dict[str, str] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    entries |= {relative(file, root): value for file, value in digests.items()}
    kept = {name: value for name, value in sorted(entries.items()) if value}
    replace(path, json.dumps(kept, indent=2) + "\n")
