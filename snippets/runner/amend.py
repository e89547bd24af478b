"""Says why a recording still holds although its script changed: `make amend EXAMPLE=section/name WHY="…"`.

For a change that alters nothing that was measured or shown. The recorded digests are replaced by those of the scripts,
each with the reason, which pages show. Any other change is recorded again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from macros.model.examples import Example
from macros.model.results import REPEATS, RESULTS

from .files import replace
from .normal import short
from .paths import DATA
from .record import ExampleError
from .seal import seal

LEAST = 40  # characters of a reason, as the schemas ask


def files_of(example: Example) -> Iterator[Path]:
    """Yield every file that holds a recording of the example, on any machine."""
    if (example.directory / "recorded.json").is_file():
        yield example.directory / "recorded.json"
    for name in (RESULTS, *REPEATS):
        yield from sorted((DATA / name).glob(f"*/{example.id.replace('/', '.')}.json"))


def amend(example: Example, why: str) -> list[str]:
    """Amend the recordings of the example's changed scripts; return the files that changed.

    Raises ExampleError for a reason that is too short, and where no script changed.
    """
    if len(why) < LEAST:
        raise ExampleError(
            f"WHY={why}: say in a sentence what changed, and that nothing measured or shown did"
            f" (at least {LEAST} characters)"
        )
    changed = []
    for path in files_of(example):
        content = json.loads(path.read_text("utf-8"))
        sides: dict[str, Any] = content["sides"] if path.name != "recorded.json" else content
        for name, part in sides.items():
            if name in example.sides and part["digest"] != (digest := example.sides[name].digest()):
                part["digest"] = digest
                part["amended"] = " ".join(filter(None, (part.get("amended", ""), why)))
        if replace(path, json.dumps(content, indent=2, sort_keys=True) + "\n"):
            changed.append(short(path))
            seal([path])
    if not changed:
        raise ExampleError(f"{example.id}: no script changed after it was recorded\n    remedy: none is needed")
    return changed
