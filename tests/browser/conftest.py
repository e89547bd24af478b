"""What every test of the browser's needs: the built site, served on a free port of the loopback."""

from __future__ import annotations

from tests.browser.test_pages import address, desk, visit

__all__ = ["address", "desk", "visit"]
