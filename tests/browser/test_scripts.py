"""The site's scripts parse. It is the browser's driver that reads them, and a system without a browser may lack what it needs."""

from __future__ import annotations

import pytest

import tests.browser.test_pages  # noqa: F401, it says what Chromium is
from snippets.runner.paths import ROOT
from tests.conftest import require
from tests.faults.scripts import SCRIPTS, unparsable

pytestmark = pytest.mark.browser


def test_the_sites_scripts_parse() -> None:
    require("chromium")
    files = sorted(ROOT.glob(SCRIPTS))
    assert len(files) >= 3
    assert unparsable(files, ROOT) == []
