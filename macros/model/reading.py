"""The seal of what was read: a digest of each part of each source, written when somebody has read it there.

A figure's value, its unit, a title, a year or what a place says changes only together with docs/data/read.json, which
`make read-sources` writes: whoever runs it says that the source was read, again, at that place.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from macros.base.problems import Problems
from macros.base.schemas import Document, Where, read_document, read_yaml

READ = Path("docs/data/read.json")
PARTS = ("locators", "figures")
LENGTH = 12  # hexadecimal digits: against a slip, not against somebody who means to deceive
Digests = dict[str, str]


def parts(sources: Mapping[str, Any]) -> Iterator[tuple[Where, str, str]]:
    """Yield each part of each source: its place in sources.yml, its name in the seal, and its digest."""

    def digest(content: object) -> str:
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:LENGTH]

    for key, source in sources.items():
        yield (key,), key, digest({name: value for name, value in source.items() if name not in PARTS})
        for part in PARTS:
            for name, content in source.get(part, {}).items():
                yield (key, part, name), f"{key}/{part}/{name}", digest(content)


def check_read(document: Document) -> None:
    """Note each part of sources.yml that is not as it was when it was read; without the seal, nothing is known to be."""
    problems = document.problems
    path = problems.root / READ
    if not path.exists():
        return  # macros/pages/project.py sees that this project has one
    seal = read_document(path, path.parent / "schema" / "read.json", problems, f"restore it: git checkout -- {READ}")
    if seal is None:
        return
    sealed: Digests = dict(seal.content)
    for where, name, found in parts(document.content):
        told = sealed.pop(name, "")
        if told != found:
            key, *rest = where
            place = f"'{key}'" + (f", {rest[0][:-1]} '{rest[1]}'," if rest else "")  # type: ignore[index]
            what = f"the source {place} {'changed since it was read' if told else 'was not read by anybody'}"
            remedy = f"read it there, correct the entry, then run: make read-sources SOURCE={key}"
            document.bad(where, what, remedy)
    gone = sorted({name.partition("/")[0] for name in sealed})
    for key in gone:
        what = f"a part of the source '{key}' is gone since it was read"
        document.bad((key,), what, f"restore it, or run: make read-sources SOURCE={key}")


def seal_read(root: Path, keys: list[str]) -> str:
    """Write into the seal what these sources say now, and return what was done. Raises ProblemError for an unknown source."""
    path = root / "docs" / "data" / "sources.yml"
    content, _ = read_yaml(path, root)
    problems = Problems(root)
    for key in keys:
        if key not in content and not any(name.partition("/")[0] == key for name in _sealed(root)):
            problems.bad(path, f"there is no source '{key}'", "give the key of one of docs/data/sources.yml")
    problems.raise_any()
    chosen = set(keys)
    kept = {name: digest for name, digest in _sealed(root).items() if name.partition("/")[0] not in chosen}
    fresh = {name: digest for where, name, digest in parts(content) if where[0] in chosen}
    text = json.dumps(kept | fresh, indent=0, sort_keys=True, ensure_ascii=False)
    (root / READ).write_text(text + "\n", "utf-8")
    return f"read: {len(fresh)} parts of {len(chosen)} sources are as somebody read them"


def _sealed(root: Path) -> Digests:
    path = root / READ
    return dict(json.loads(path.read_text("utf-8"))) if path.is_file() else {}
