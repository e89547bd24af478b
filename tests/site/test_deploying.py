"""What a published copy is sent with: the files for hosts parse and agree, and no page is hindered by its headers."""

from __future__ import annotations

import functools
import http.server
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema
from jsonschema import Draft7Validator

from macros.pages.settings import recipes
from snippets.runner.paths import ROOT
from tests.conftest import require

if TYPE_CHECKING:  # only the browser's tests need it
    from playwright.sync_api import Browser

Rules = dict[str, dict[str, str]]
HEADERS, NGINX = ROOT / "docs" / "_headers", ROOT / "deploy" / "nginx.conf"
WANTED = {
    "Content-Security-Policy",
    "Cross-Origin-Opener-Policy",
    "Permissions-Policy",
    "Referrer-Policy",
    "Strict-Transport-Security",
    "X-Content-Type-Options",
}
LONG = "public, max-age=31536000, immutable"


def rules(text: str) -> Rules:
    """Return the headers of a file in Cloudflare's form, by the pattern of addresses for which they are."""
    found: Rules = {}
    for line in text.splitlines():
        if line.startswith("/"):
            found[line] = {}
        elif line.strip() and not line.startswith("#"):
            assert line.startswith("  "), line
            name, colon, value = line.strip().partition(": ")
            assert colon and re.fullmatch(r"[A-Z][A-Za-z-]+", name) and value, line
            assert len(line) <= 2000, "longer than the host reads"
            found[list(found)[-1]][name] = value
    return found


def for_path(given: Rules, path: str) -> dict[str, str]:
    """Return the headers of an address; a header that two rules give would be joined with a comma."""
    found: dict[str, str] = {}
    for pattern, headers in given.items():
        if re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), path):
            assert not set(headers) & set(found), f"{path}: {set(headers) & set(found)} given twice"
            found |= headers
    return found


def blocks(text: str) -> list[str]:
    """Return the directives of an nginx configuration, each with the blocks around it; braces and semicolons must be closed."""
    plain = re.sub(r"(?m)^\s*#.*$", "", text)
    words = re.findall(r'"(?:[^"\\]|\\.)*"|[{};]|[^\s{};]+', plain)
    stack: list[str] = []
    found: list[str] = []
    current: list[str] = []
    for word in words:
        if word == "{":
            stack.append(" ".join(current))
            current = []
        elif word == "}":
            assert not current and stack, f"a brace closes nothing, or a directive has no semicolon: {current}"
            stack.pop()
        elif word == ";":
            found.append(" > ".join([*stack, " ".join(current)]))
            current = []
        else:
            current.append(word)
    assert not stack and not current, (stack, current)
    return found


def test_every_address_has_the_headers() -> None:
    given = rules(HEADERS.read_text("utf-8"))
    assert set(given["/*"]) == WANTED
    for path in ("/", "/resources/start-up/", "/assets/css/site.css", "/404.html"):
        assert for_path(given, path) == given["/*"]
    for path in ("/assets/stylesheets/main.0123abcd.min.css", "/assets/javascripts/bundle.0123abcd.min.js"):
        assert for_path(given, path)["Cache-Control"] == LONG
    assert all(pattern.count("*") <= 1 for pattern in given), "the host reads one * in each"


def test_what_is_kept_for_a_year_has_a_digest_in_its_name(site: Path) -> None:
    given = rules(HEADERS.read_text("utf-8"))
    kept = [
        path.relative_to(site).as_posix()
        for path in site.rglob("*")
        if path.is_file() and "Cache-Control" in for_path(given, f"/{path.relative_to(site).as_posix()}")
    ]
    assert len(kept) >= 3
    for name in kept:
        assert re.search(r"\.[0-9a-f]{8}\.min\.(?:css|js)(?:\.map)?$", name), name


def test_the_built_site_carries_the_headers_for_its_host(site: Path) -> None:
    assert (site / "_headers").read_bytes() == HEADERS.read_bytes()


def test_nginx_sends_the_same_headers() -> None:
    text = NGINX.read_text("utf-8")
    given = rules(HEADERS.read_text("utf-8"))
    sent = {}
    for one in blocks(text):
        if match := re.fullmatch(r'server > add_header (\S+) (?:"(.*)"|(\S+)) always', one):
            sent[match[1]] = match[2] or match[3]
        else:
            assert "add_header" not in one, f"in a location, it would replace all of the server's: {one}"
    assert sent == given["/*"] | {"Cache-Control": "$cached"}
    kept = re.compile(next(re.findall(r'"~(.*)" "', one)[0] for one in blocks(text) if one.startswith("map") and '"~' in one))
    for pattern in set(given) - {"/*"}:
        assert kept.search(pattern.replace("*", "0123abcd.min.css"))
    assert not kept.search("/assets/css/site.css")


def test_an_nginx_configuration_that_is_not_closed_is_found() -> None:
    for broken in ("server { listen 8080; ", "server { listen 8080 }", "listen 8080; }"):
        with pytest.raises(AssertionError):
            blocks(broken)


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
def test_nginx_takes_its_configuration(tmp_path: Path) -> None:
    config = tmp_path / "nginx.conf"
    config.write_text(f"pid {tmp_path}/pid;\nerror_log {tmp_path}/log;\nevents {{}}\nhttp {{ access_log off; include {NGINX}; }}\n")
    done = subprocess.run(["nginx", "-t", "-c", config, "-p", tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_read_the_docs_takes_its_configuration_and_builds_by_make() -> None:
    content = yaml.safe_load((ROOT / ".readthedocs.yaml").read_text("utf-8"))
    found = Draft7Validator(get_builtin_schema("vendor.readthedocs")).iter_errors(content)
    assert [error.message for error in found] == []
    first, *others = content["build"]["jobs"]["build"]["html"]
    assert first.startswith("make build ") and "build" in recipes((ROOT / "Makefile").read_text("utf-8"))
    assert others[-1] == 'cp -r site "$READTHEDOCS_OUTPUT/html"'


def test_the_page_names_each_file_and_each_workflow() -> None:
    text = (ROOT / "docs" / "deploying.md").read_text("utf-8")
    for name in ("docs/_headers", "deploy/nginx.conf", ".readthedocs.yaml", ".ci/record", ".ci/propose", "dependabot.yml"):
        assert name in text, name
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        assert f"| `{path.stem}` |" in text, path.stem
    for name in WANTED:
        assert f"| `{name}` |" in text, name


class _Sent(http.server.SimpleHTTPRequestHandler):
    """Sends files with the headers of docs/_headers, as the hosts do."""

    given = rules(HEADERS.read_text("utf-8"))

    def end_headers(self) -> None:
        """Add them."""
        for name, value in for_path(self.given, self.path.partition("?")[0]).items():
            if name != "Strict-Transport-Security":  # the test's server speaks no HTTPS
                self.send_header(name, value)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture(scope="module")
def sent(site: Path) -> Iterator[str]:
    require("chromium")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Sent, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.mark.browser
@pytest.mark.parametrize("path", ["", "choosing/", "choosing/planner/", "resources/start-up/"])
def test_no_page_is_hindered_by_its_headers(browser: Browser, sent: str, path: str) -> None:
    """Scripts run, styles apply, and the console is silent."""
    page = browser.new_page()
    try:
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(sent + path, wait_until="networkidle")
        assert page.evaluate("document.body.hasAttribute('data-md-color-scheme')")
        assert page.evaluate("getComputedStyle(document.querySelector('.md-header')).position") != "static"
        if path == "choosing/":
            assert page.evaluate("typeof window.cvmChoosing") == "object"
        page.wait_for_timeout(200)
        assert said == []
    finally:
        page.close()
