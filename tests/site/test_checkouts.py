"""Where a reader's checkout, shell or pip differs from ours: the site is the same, or one line says what to do."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from macros.base.problems import ProblemError
from macros.pages import surroundings
from snippets.runner import checkout
from snippets.runner.paths import LAB_SCRIPTS, ROOT
from tests.site import smallsite

SCRIPT = "snippets/lab/checkout.sh"
COMMITTED, GIVEN = "1000000000", "1234567890"  # the dates 2001-09-09 and 2009-02-13
# No setting of this machine: its git might trust every directory.
PLAIN = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
FOREIGN_OWNER = PLAIN | {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}  # as chown would make it, without being root

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="no git here")


def git(where: Path, *words: str) -> str:
    """Run git there as somebody, at the time COMMITTED; return what it printed."""
    who = ["-c", "user.name=A", "-c", "user.email=a@b.invalid", "-c", "init.defaultBranch=main"]
    dates = {f"GIT_{kind}_DATE": f"{COMMITTED} +0000" for kind in ("AUTHOR", "COMMITTER")}
    done = subprocess.run(
        ["git", *who, *words], cwd=where, env=os.environ | PLAIN | dates, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def copied(where: Path, names: list[str]) -> Path:
    """Copy files of this checkout, as they are, committed or not; return the copy's root."""
    for name in names:
        (where / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, where / name, follow_symlinks=False)
    return where


def committed(where: Path) -> Path:
    """Make what lies there a repository with one commit; return its root."""
    git(where, "init", "--quiet")
    git(where, "add", "--all")
    git(where, "commit", "--quiet", "--message", "first")
    return where


def small(where: Path) -> Path:
    """Return a small site with this project's Makefile, and with this project's virtual environment, up to date."""
    site = smallsite.make(where)
    copied(site, ["Makefile", "requirements.txt", SCRIPT, ".gitignore"])
    own = site / ".venv"
    own.mkdir()
    for entry in Path(sys.prefix).iterdir():
        if entry.suffix != ".stamp":
            (own / entry.name).symlink_to(entry)
    for name in ("made", "site", "dev"):
        (own / f"{name}.stamp").touch()
    return site


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a caller who set nothing: what a run of make around this one set is not there.

    Nor is the place of these checks' bytecode: below it there is none of the packages of another directory.
    """
    set_by_make = {"SOURCE_DATE_EPOCH", "SITE_URL", "REPO_URL", "EDIT_URI_TEMPLATE", "MAKEFLAGS", "MFLAGS", "MAKELEVEL"}
    left_out = set_by_make | {"PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE"}
    return {name: value for name, value in os.environ.items() if name not in left_out} | PLAIN | more


def make(where: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *words], cwd=where, env=environment(**more), capture_output=True, text=True, timeout=300, check=False
    )


def ask(where: Path, *words: str, **more: str) -> str:
    """Return what the script says of the checkout there."""
    done = subprocess.run(
        ["bash", "-p", str(where / SCRIPT), *words],
        env=environment(**more),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository of every file of this checkout."""
    return committed(copied(tmp_path_factory.mktemp("whole") / "origin", checkout.files()))


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """Return a directory with the script and a page, in no repository."""
    where = copied(tmp_path / "tiny", [SCRIPT, "README.md", ".gitignore"])
    (where / "docs").mkdir()
    (where / "docs/a page.md").touch()
    (where / "tests/__pycache__").mkdir(parents=True)
    (where / "tests/__pycache__/x.pyc").touch()
    return where


# Checkouts


@needs_git
@pytest.mark.parametrize("setting", ["core.autocrlf=true", "core.eol=crlf", "core.symlinks=false"])
def test_every_checkout_holds_the_same_bytes(whole: Path, tmp_path: Path, setting: str) -> None:
    """Whatever git's settings say of line ends, and where git makes a text file in the place of each link."""
    clone = tmp_path / "clone"
    git(tmp_path, "-c", setting, "clone", "--quiet", str(whole), str(clone))
    differing = [
        name
        for name in checkout.files()
        if (clone / name).is_symlink() or (clone / name).read_bytes() != (ROOT / name).read_bytes()
    ]
    assert differing == []
    assert not [line for line in git(whole, "ls-files", "--stage").splitlines() if line.startswith("120000")]


WRONG: dict[str, Callable[[Path], object]] = {
    "a text file": lambda path: path.write_text("../snippets"),
    "a copy": Path.mkdir,
    "a link elsewhere": lambda path: path.symlink_to("../macros"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_lies_in_the_place_of_a_link_is_said_once_before_anything_is_built(tmp_path: Path, kind: str) -> None:
    site = smallsite.make(tmp_path / "site")
    WRONG[kind](site / "docs/snippets")
    done = smallsite.build(site)
    assert done.returncode != 0
    assert done.stdout.count("docs/snippets: no link to ../snippets") == 1
    assert "remedy: remove it (rm -r docs/snippets), then build again" in done.stdout
    assert "WARNING" not in done.stdout
    assert not (site / "built").exists()


def test_scripts_are_published_from_a_checkout_without_links(tmp_path: Path) -> None:
    site = smallsite.make(tmp_path / "site")
    assert not list((site / "docs").glob("snippets")), "the build makes it"
    done = smallsite.build(site)
    assert done.returncode == 0, done.stdout
    assert (site / "built/snippets/section/kernel/host.sh").read_text("utf-8") == smallsite.SCRIPT
    surroundings.prepare(site, {})  # as the next build does
    assert (site / "docs/snippets").is_symlink()


def test_where_no_link_can_be_made_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_words: object, **_named: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    site = smallsite.make(tmp_path / "site", lean=True)
    monkeypatch.setattr(Path, "symlink_to", refuse)
    with pytest.raises(ProblemError) as caught:
        surroundings.prepare(site, {})
    assert "docs/tests: a link to ../tests cannot be made here: Operation not permitted" in str(caught.value)
    assert "on a file system that holds links" in str(caught.value)


@needs_git
def test_files_are_the_same_with_and_without_git(whole: Path, tmp_path: Path) -> None:
    """An archive of the commit, as `git archive` and a host's ZIP make it, in the midst of another repository too."""
    listed = ask(whole, "files").splitlines()
    assert listed == sorted(checkout.files())
    archive = tmp_path / "other/archive"
    archive.mkdir(parents=True)
    git(whole, "archive", "--output", str(tmp_path / "whole.tar"), "HEAD")
    shutil.unpack_archive(tmp_path / "whole.tar", archive, filter="data")
    assert ask(archive, "files").splitlines() == listed
    git(tmp_path / "other", "init", "--quiet")
    assert ask(archive, "files").splitlines() == listed
    assert ask(archive, "files", "*.md", ".ci/run") == ask(whole, "files", "*.md", ".ci/run")
    assert len(ask(archive, "files", "snippets/*.sh").splitlines()) > 50
    assert ask(archive, "trouble") == ""


def test_without_git_only_the_projects_files_are_listed(tiny: Path) -> None:
    (tiny / "build").mkdir()
    (tiny / "build/x.md").touch()
    (tiny / "docs/snippets").symlink_to("../snippets")
    assert ask(tiny, "files").splitlines() == [".gitignore", "README.md", "docs/a page.md", SCRIPT]
    assert ask(tiny, "files", "*.md").splitlines() == ["README.md", "docs/a page.md"]
    assert (ask(tiny, "date"), ask(tiny, "commit"), ask(tiny, "changed"), ask(tiny, "trouble")) == ("", "", "", "")


@needs_git
def test_a_file_that_was_removed_or_is_ignored_is_not_listed_and_one_that_was_added_is(tiny: Path) -> None:
    committed(tiny)
    (tiny / "README.md").unlink()
    (tiny / "docs/näher.md").touch()
    (tiny / "site").mkdir()
    (tiny / "site/x.md").touch()
    assert ask(tiny, "files", "*.md").splitlines() == ["docs/a page.md", "docs/näher.md"]
    assert ask(tiny, "changed", "README.md", "snippets") == "D README.md"


@needs_git
def test_date_and_commit_are_this_checkouts(tiny: Path, tmp_path: Path) -> None:
    """Of a shallow clone too, and not those of a repository around it, or one that the environment names."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "x").touch()
    committed(other)
    unpacked = shutil.copytree(tiny, other / "unpacked")
    assert (ask(unpacked, "date"), ask(unpacked, "commit")) == ("", "")
    committed(tiny)
    commit = git(tiny, "rev-parse", "--short=12", "HEAD").strip()
    assert commit != git(other, "rev-parse", "--short=12", "HEAD").strip()
    (tiny / "docs/later.md").touch()
    git(tiny, "add", "docs")
    git(tiny, "commit", "--quiet", "--message", "second")
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{tiny}", str(tmp_path / "shallow"))
    commit = git(tiny, "rev-parse", "--short=12", "HEAD").strip()
    named = {"GIT_DIR": str(other / ".git"), "GIT_WORK_TREE": str(other), "GIT_INDEX_FILE": str(other / "index")}
    for where, more in ((tiny, {}), (tmp_path / "shallow", {}), (tiny, named), (tiny, {"GIT_DIR": "/nowhere"})):
        assert (ask(where, "date", **more), ask(where, "commit", **more)) == (COMMITTED, commit)
        assert ask(where, "changed", "docs", **more) == ""
        assert "docs/later.md" in ask(where, "files", **more).splitlines()


@needs_git
def test_a_checkout_of_another_users_is_as_one_without_git_and_one_line_says_it(tiny: Path) -> None:
    listed = ask(tiny, "files")
    committed(tiny)
    assert ask(tiny, "trouble", **PLAIN) == ""
    assert ask(tiny, "date", **FOREIGN_OWNER) == ""
    assert ask(tiny, "commit", **FOREIGN_OWNER) == ""
    assert ask(tiny, "files", **FOREIGN_OWNER) == listed
    said = ask(tiny, "trouble", **FOREIGN_OWNER)
    assert re.fullmatch(
        r"checkout: git reads nothing here \(.+\): pages have no date, and recordings name no commit; remedy: git config --global --add safe\.directory '.*/tiny'.*",
        said,
    )


def test_what_is_not_for_this_checkout_is_left_out_alike_everywhere() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    unexported = set(" ".join(re.findall(r"^unexport (.*)", makefile, re.MULTILINE)).split())
    assert {name for name in unexported if not name.startswith(("PIP_", "SOURCE_"))} == set(checkout.FOREIGN)
    script = (ROOT / SCRIPT).read_text("utf-8")
    unset = re.search(r"^unset ((?:.*\\\n)*.*)", script, re.MULTILINE)
    assert unset
    assert set(unset[1].replace("\\", "").split()) == set(checkout.FOREIGN) - {"BASH_ENV"}


# Dates, shells and paths


def cited(site: Path) -> tuple[set[str], set[str]]:
    """Return the dates of the pages' citations and those of the sitemap; "" stands for none."""
    pages = [page.read_text("utf-8") for page in site.rglob("*.html") if page.name != "404.html"]
    found = {re.search(r"<cite>[^<]*</cite>, ([^.]*)\.", page) for page in pages if "Cite this page" in page}
    assert found and None not in found
    sitemap = (site / "sitemap.xml").read_text("utf-8")
    assert sitemap.count("<loc>") > 5
    return {match[1] for match in found if match}, set(re.findall(r"<lastmod>(.*)</lastmod>", sitemap)) or {""}


@needs_git
@pytest.mark.slow
def test_pages_cite_the_commits_date_or_the_one_given(tmp_path: Path) -> None:
    site = committed(small(tmp_path / "site"))
    for more, date in (({}, "2001-09-09"), ({"SOURCE_DATE_EPOCH": GIVEN}, "2009-02-13")):
        done = make(site, "build", SITE_URL="https://example.org/", **more)
        assert done.returncode == 0, done.stdout + done.stderr
        assert cited(site / "site") == ({date}, {date})


def test_an_archive_is_built_in_any_shell_and_its_pages_have_no_date(tmp_path: Path) -> None:
    """Without git, below paths with spaces, with umask 077, a BASH_ENV that prints, and another repository named."""
    site = small(tmp_path / "an archive")
    noise, scratch = tmp_path / "noise.sh", tmp_path / "a scratch"
    noise.write_text("echo noise; echo noise >&2; set -u\n")
    scratch.mkdir()
    more = {"BASH_ENV": str(noise), "TMPDIR": str(scratch), "GIT_DIR": str(tmp_path / "gone"), "SOURCE_DATE_EPOCH": ""}
    done = subprocess.run(
        ["sh", "-c", "umask 077; exec make build"],
        cwd=site,
        env=environment(SITE_URL="https://example.org/", **more),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "noise" not in said
    assert "WARNING" not in said
    assert cited(site / "site") == ({"no date"}, {""})
    entries = [site / "site", *(site / "site").rglob("*")]
    modes = {(entry.is_dir(), entry.stat().st_mode & 0o777) for entry in entries}
    assert modes == {(True, 0o755), (False, 0o644)}
    assert not list(scratch.iterdir())


@pytest.mark.parametrize("given", ["", "yesterday", "-1", "1.5", "253402300800", "٣"])
def test_a_date_that_is_none_is_refused_in_words(tmp_path: Path, given: str) -> None:
    with pytest.raises(ProblemError) as caught:
        surroundings.prepare(tmp_path, {"SOURCE_DATE_EPOCH": given})
    assert f"SOURCE_DATE_EPOCH: '{given}' is no date\n    remedy: give the seconds since 1970" in str(caught.value)


@pytest.mark.parametrize("given", ["0", "1", "253402300799"])
def test_every_date_that_is_one_is_taken(tmp_path: Path, given: str) -> None:
    surroundings.prepare(tmp_path, {"SOURCE_DATE_EPOCH": given})


@pytest.mark.parametrize("port", ["abc", "0", "65536", "99999", "-1", "80 80", "8000x", "$$(exit)", "099999999999"])
def test_a_port_that_is_none_is_refused_in_one_line(tmp_path: Path, port: str) -> None:
    site = copied(tmp_path, ["Makefile", SCRIPT])
    done = make(site, "--old-file=.venv/site.stamp", "serve", f"PORT={port}")
    assert done.returncode == 2
    (line,) = done.stdout.splitlines()
    assert re.fullmatch(r"PORT=.* is no port: give a number from 1 to 65535", line)


FIXED = re.compile(r"(?:127\.0\.0\.1|localhost|0\.0\.0\.0|::1\])[\"']?(?::|,\s*)([1-9]\d*)|\bPORT=(\d+)")


LINTED = {"tests/site/test_checkouts.py", "tests/examples/test_security_networks.py"}  # mistakes for the lints, as text


def test_no_port_of_the_host_is_fixed_but_the_documented_one() -> None:
    """Two checkouts are checked at once, and whatever else runs on the machine keeps its ports."""
    found = {
        (name, match[1] or match[2])
        for name in checkout.files("*.py", "*.sh", "Makefile", ".ci/*", ".github/*", "*.toml")
        if name not in LINTED
        for match in FIXED.finditer((ROOT / name).read_text("utf-8"))
    }
    assert {port for _, port in found} <= {"8000"}, found


# pip


def wheel(where: Path) -> Path:
    """Make a package that has the modules of the site's, and nothing in them."""
    modules = ("mkdocs", "material", "mkdocs_macros", "jsonschema")
    made = where / "standin-1.0-py3-none-any.whl"
    information = {
        "METADATA": "Metadata-Version: 2.1\nName: standin\nVersion: 1.0\n",
        "WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files = {f"{module}/__init__.py": "" for module in modules}
    files |= {f"standin-1.0.dist-info/{name}": text for name, text in information.items()}
    record = "".join(f"{name},,\n" for name in (*files, "standin-1.0.dist-info/RECORD"))
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in (files | {"standin-1.0.dist-info/RECORD": record}).items():
            archive.writestr(name, text)
    return made


@pytest.mark.slow
def test_packages_are_installed_where_the_site_looks_for_them(tmp_path: Path) -> None:
    """Whatever pip's environment and configuration say of where; and no stamp is written where it installs nothing."""
    project = copied(
        tmp_path / "a project", ["Makefile", SCRIPT, "snippets/lab/setup.sh", "snippets/lab/requirements.tsv"]
    )
    package = wheel(tmp_path)
    digest = hashlib.sha256(package.read_bytes()).hexdigest()
    (project / "requirements.txt").write_text(f"standin==1.0 --hash=sha256:{digest}\n")
    elsewhere = {name: str(tmp_path / "elsewhere" / name) for name in ("target", "prefix", "root")}
    configuration = tmp_path / "pip.conf"
    base = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path), "PYTHON": sys.executable}
    stamp = project / ".venv/site.stamp"

    def install(said: str, **more: str) -> subprocess.CompletedProcess[str]:
        configuration.write_text(f"[global]\n{said}\n")
        for old in (project / ".venv").glob("lib/python*/site-packages/*"):
            if old.name.startswith(("standin", "mkdocs", "material", "jsonschema")):
                shutil.rmtree(old)
        stamp.unlink(missing_ok=True)
        return make(project, ".venv/site.stamp", PIP_CONFIG_FILE=str(configuration), **base, **more)

    everywhere = "\n".join(f"{name} = {place}" for name, place in elsewhere.items()) + "\nuser = true"
    variables = {f"PIP_{name.upper()}": place for name, place in elsewhere.items()} | {"PIP_USER": "1"}
    for said, more in ((everywhere, {}), ("", variables), ("", {"PIP_DRY_RUN": "1"})):
        done = install(said, **more)
        assert done.returncode == 0, done.stdout + done.stderr
        assert stamp.exists()
        assert list((project / ".venv").glob("lib/python*/site-packages/mkdocs/__init__.py"))
    assert not (tmp_path / "elsewhere").exists()

    done = install("dry-run = true")
    assert done.returncode != 0
    assert "set-up: pip ended without an error, but .venv cannot import one of: mkdocs" in done.stdout
    assert "remedy: remove .venv, and see what .venv/bin/python -m pip config list says" in done.stdout
    assert not stamp.exists()


def test_the_runner_and_the_checks_leave_out_what_is_not_for_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    noise = tmp_path / "noise.sh"
    noise.write_text("echo noise\n")
    for name in checkout.FOREIGN:
        monkeypatch.setenv(name, str(noise))
    checkout.forget_foreign()
    assert not set(checkout.FOREIGN) & set(os.environ)
    said = subprocess.run(["bash", "-c", "true"], capture_output=True, text=True, check=True).stdout
    assert said == ""
    assert (LAB_SCRIPTS / "checkout.sh").is_file()
