"""Where things lie."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SNIPPETS = ROOT / "snippets"
LAB_SCRIPTS = SNIPPETS / "lab"
DATA = ROOT / "docs" / "data"
BUILD = ROOT / "build"
LAB = BUILD / "lab"

# Fixed, not from TMPDIR: two runs of one user must find each other's locks. Short, since a
# QEMU socket's path may have at most 107 bytes.
# CVM_STATE is for tests of the runner, which must not meet the runs of other tests.
STATE = Path(os.environ.get("CVM_STATE") or f"/tmp/cvm-{os.getuid()}")
RUNS = STATE / "runs"
