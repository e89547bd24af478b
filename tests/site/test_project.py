"""The project's own promises: its two commands, its locks, its files."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from snippets.runner import checkout
from snippets.runner.paths import LAB_SCRIPTS, ROOT

TRACKED = [Path(name) for name in checkout.files()]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


def test_the_readmes_first_screen_has_what_it_is_both_commands_and_links() -> None:
    screen = "\n".join((ROOT / "README.md").read_text("utf-8").splitlines()[:30])
    for wanted in (
        "Docker containers and virtual machines",
        "make serve",
        "make test",
        "http://127.0.0.1:8000",
        "docs/architecture/index.md",
        "docs/claims.md",
    ):
        assert wanted in screen


def test_files_that_every_project_has_exist() -> None:
    for name in (
        "CONTRIBUTING.md",
        "LICENSE",
        "CHANGELOG.md",
        "CITATION.cff",
        "requirements.txt",
        "requirements-dev.txt",
    ):
        assert (ROOT / name).stat().st_size > 100, name


def test_ci_calls_make_test_and_nothing_else() -> None:
    """What CI checks is what a contributor can check: one command of make, and it is the last."""
    lines = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    called = re.findall(r"\bmake\b.*", "\n".join(line for line in lines if not line.startswith("#")))
    assert called == ["make test"]
    assert lines[-1].endswith(called[0])


def test_no_command_hides_the_warnings_that_strict_counts() -> None:
    """With -q, mkdocs counts no warning, so that a strict build exits 0 whatever is wrong."""
    texts = [MAKEFILE] + [
        (ROOT / path).read_text("utf-8")
        for path in TRACKED
        if path.suffix in {".yml", ".yaml"} and ".github" in path.parts
    ]
    commands = [line for text in texts for line in text.splitlines() if re.search(r"-m \S+ build\b|-m macros\.pages\.(generate|serve)\b", line)]
    assert commands
    for line in commands:
        assert not re.search(r"\s(-q|--quiet)\b", line), line
    config = (ROOT / "mkdocs.yml").read_text("utf-8")
    for wanted in (
        "strict: true",
        "on_undefined: strict",
        "on_error_fail: !ENV [MACROS_FAIL, true]",
        "anchors: warn",
        "omitted_files: warn",
    ):
        assert wanted in config
    assert "include_yaml" not in config
    assert "hooks:" not in config
    assert "\nrepo_url" not in config


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_are_locked_with_hashes_and_name_no_host(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    entries = re.findall(r"^[a-z][a-zA-Z0-9._-]*==\S+", text, re.MULTILINE)
    assert len(entries) > 20
    for block in re.split(r"\n(?=[a-z])", text.strip()):
        assert "--hash=sha256:" in block, block[:60]
    assert "://" not in text


def test_the_lock_fits_what_is_asked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    site, dev = ((ROOT / name).read_text("utf-8").lower() for name in ("requirements.txt", "requirements-dev.txt"))
    for wanted in project["project"]["dependencies"]:
        if "==" in wanted:
            assert f"\n{wanted.lower()} " in f"\n{site}", wanted
    for wanted in project["dependency-groups"]["dev"]:
        assert re.search(rf"^{re.escape(wanted.lower())}[= ]", dev, re.MULTILINE), wanted


def test_help_lists_every_command() -> None:
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    listed = set(re.findall(r"^make ([a-z]+)", done.stdout, re.MULTILINE))
    assert {"serve", "build", "test", "check", "lab", "record", "clean", "help"} <= listed


def test_no_tracked_file_names_a_directory_of_somebodys_machine() -> None:
    home = re.compile(r"(?<![\w.-])/(?:home|Users)/[a-z][\w-]*/|" + re.escape(f"{ROOT}/"))
    allowed = {
        Path("tests/runner/test_contract.py"),
        Path("tests/site/test_broken_sites.py"),
        Path("tests/site/test_project.py"),
    }  # they test the leak lint
    for path in TRACKED:
        if path not in allowed and not (ROOT / path).is_symlink() and (ROOT / path).is_file():
            assert not home.search((ROOT / path).read_text("utf-8", "replace")), path


SETUP = LAB_SCRIPTS / "setup.sh"


def bare_path(where: Path, *programs: str) -> Path:
    """Return a directory with nothing but links to the named programs, to be used as PATH."""
    bin_ = where / "bin"
    bin_.mkdir()
    for name in ("bash", "grep", "cat", "uname", "id", "seq", "sleep", "env", *programs):
        found = shutil.which(name)
        if found:
            (bin_ / name).symlink_to(found)
    return bin_


def setup(path: Path, *steps: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", str(SETUP), *steps],
        env={"PATH": str(path)} | more,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def fake_id(bin_: Path, number: int) -> None:
    (bin_ / "id").unlink()
    (bin_ / "id").write_text(f"#!/bin/sh\necho {number}\n")
    (bin_ / "id").chmod(0o755)


def test_for_a_user_who_is_not_root_nothing_is_installed_and_each_lack_is_named(tmp_path: Path) -> None:
    bin_ = bare_path(tmp_path)
    fake_id(bin_, 1000)
    (bin_ / "apt-get").write_text("#!/bin/sh\necho called >&2; exit 9\n")
    (bin_ / "apt-get").chmod(0o755)
    done = setup(bin_, "engines", "browser", "start")
    assert done.returncode == 0, done.stderr
    assert "called" not in done.stderr
    # /usr/sbin and /sbin are searched whatever PATH says; these two lie in neither.
    assert (
        "set-up: no docker here; as root: apt-get install docker.io (and docker-cli, where that is a package of its own)"
        in done.stdout
    )
    assert "set-up: no chromium here; as root: apt-get install chromium" in done.stdout


def test_the_library_that_drives_the_browser_is_named_where_it_is_absent(tmp_path: Path) -> None:
    """A small Debian lacks it, and every test of the browser would fail without saying why."""
    bin_ = bare_path(tmp_path, "chromium")
    fake_id(bin_, 1000)
    for name, text in (
        ("ldconfig", "echo 'libc.so.6 => /lib/libc.so.6'"),
        ("apt-get", "exit 9"),
        ("chromium", "exit 0"),
    ):
        (bin_ / name).unlink(missing_ok=True)
        (bin_ / name).write_text(f"#!/bin/sh\n{text}\n")
        (bin_ / name).chmod(0o755)
    done = setup(bin_, "browser")
    assert (
        done.stdout == "set-up: no libatomic.so.1 here; as root: apt-get install libatomic1\n"
    )
    (bin_ / "ldconfig").write_text("#!/bin/sh\necho 'libatomic.so.1 => /lib/libatomic.so.1'\n")
    assert setup(bin_, "browser").stdout == ""


@pytest.mark.skipif(
    not re.search(r"^(ID|ID_LIKE)=.*(debian|ubuntu)", Path("/etc/os-release").read_text("utf-8"), re.MULTILINE)
    if Path("/etc/os-release").is_file()
    else True,
    reason="the set-up installs packages on Debian and Ubuntu only",
)
def test_lists_of_packages_are_fetched_before_the_set_up_says_which_there_are(tmp_path: Path) -> None:
    """As on a fresh system: apt lists no package until `apt-get update`, and the set-up asks again after that."""
    bin_ = bare_path(tmp_path, "rm", "touch")
    fake_id(bin_, 0)
    lists, log = tmp_path / "lists", tmp_path / "log"
    (bin_ / "apt-get").write_text(
        f'#!/bin/sh\ncase "$*" in *update*) touch "{lists}" ;; *) echo "$@" >>"{log}" ;; esac\n'
    )
    (bin_ / "apt-cache").write_text(f'#!/bin/sh\n[ ! -e "{lists}" ] || [ "$2" = criu ] || echo "$2 | 1.0 | archive"\n')
    for name in ("apt-get", "apt-cache"):
        (bin_ / name).chmod(0o755)
    done = setup(bin_, "engines", CVM_PIDFILE=str(tmp_path / "pid"))
    assert done.returncode == 0, done.stderr
    installed = set(" ".join(re.findall(r"--no-remove (.*)", log.read_text())).split())
    assert {"docker.io", "docker-cli", "cpio"} <= installed
    assert "criu" not in installed, "this release has none"


def test_on_another_system_its_own_package_manager_is_named(tmp_path: Path) -> None:
    bin_ = bare_path(tmp_path)
    (bin_ / "dnf").write_text("#!/bin/sh\nexit 9\n")
    (bin_ / "dnf").chmod(0o755)
    done = setup(bin_, "engines")
    assert done.returncode == 0, done.stderr
    assert "set-up: no docker here; as root: dnf install moby-engine" in done.stdout


def test_an_old_python_is_refused_with_its_name(tmp_path: Path) -> None:
    old = tmp_path / "python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    done = subprocess.run(
        ["bash", str(SETUP), "venv"],
        env=os.environ | {"PYTHON": str(old)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 1
    assert "is missing or older than Python 3.11; name another with PYTHON=" in done.stderr


def test_a_misspelt_step_is_refused() -> None:
    done = subprocess.run(["bash", str(SETUP), "engine"], capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 2
    assert "usage:" in done.stderr
