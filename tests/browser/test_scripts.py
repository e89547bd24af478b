"""The site's scripts parse. It is the browser's driver that reads them, and a system without a browser may lack what it needs."""

from __future__ import annotations

import pytest

from snippets.runner.paths import ROOT
from tests.browser.test_pages import require  # which says what Chromium is, too
from tests.faults.scripts import SCRIPTS, unparsable

pytestmark = pytest.mark.browser


def test_the_sites_scripts_parse() -> None:
    require("chromium")
    files = sorted(ROOT.glob(SCRIPTS))
    assert len(files) >= 3
    assert unparsable(files, ROOT) == []
