"""The seal of what was recorded: a digest of each file that `make record` wrote, so that no reading changes unnoticed.

The recorder alone writes docs/data/sealed.json, one file after the other as it records; `make amend` seals what it
amends. A file that was edited, removed or added by hand no longer agrees with the seal.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from macros.base.problems import Problems, relative
from macros.base.schemas import read_document

SEAL = Path("docs/data/sealed.json")
RECORDED = (
    "docs/data/results/*/*.json",
    "docs/data/repeats/*/*/*.json",
    "snippets/*/*/recorded.json",
    "snippets/*/*/*.out",
)


def recorded_files(root: Path) -> list[Path]:
    """Return every file that the recorder writes, sorted."""
    found = (path for pattern in RECORDED for path in root.glob(pattern))
    return sorted(path for path in found if path.is_file())


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _remedy(name: str) -> str:
    """Return what helps for a file that does not agree with the seal."""
    parts = Path(name).parts
    result = parts[-1].removesuffix(".json").replace(".", "/", 1)
    example = "/".join(parts[1:3]) if parts[0] == "snippets" else result
    repeat = f" REPEAT={parts[3]}" if parts[2] == "repeats" else ""
    again = "make record" if parts[-1] == "machine.json" else f"make record{repeat} EXAMPLE={example}"
    return f"restore it: git checkout -- {name}; or record it again: {again}"


def check_seal(problems: Problems) -> None:
    """Note each recorded file that was changed, removed or added since the recorder sealed it."""
    root = problems.root
    schema = root / "docs" / "data" / "schema" / "sealed.json"
    document = read_document(root / SEAL, schema, problems, f"restore it: git checkout -- {SEAL}")
    if document is None:
        return
    sealed: dict[str, str] = document.content
    present = {relative(path, root): path for path in recorded_files(root)}
    for name in sorted(set(sealed) | set(present)):
        if name not in present:
            problems.bad(name, "a recorded file is missing", _remedy(name), cause=True)
        elif name not in sealed:
            remedy = f"remove it; or {_remedy(name).partition('; or ')[2]}"
            problems.bad(name, "a file that the recorder did not write", remedy, cause=True)
        elif digest(present[name]) != sealed[name]:
            problems.bad(name, "changed since it was recorded", _remedy(name), cause=True)
