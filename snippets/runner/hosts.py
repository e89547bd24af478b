"""Runs the suite on another release of Debian, in a root filesystem and namespaces of its own on this machine.

The release's root filesystem is made once by `snippets/lab/host-root.sh`, under build/hosts/; the checkout is copied
into it, uncommitted changes included, and `snippets/lab/enter-host.sh` runs the command there, with mounts, a network
and processes of its own: its Docker engine is another than this machine's, which is left alone. The way out of that
network is slirp4netns(1), a network stack in a program, which changes no setting of this machine. The kernel and the
control groups are this machine's.
"""

from __future__ import annotations

import dataclasses
import fcntl
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from macros.model.requirements import table

from . import checkout, engines
from .files import replace
from .paths import BUILD, LAB_SCRIPTS, ROOT, SNIPPETS

HOSTS = BUILD / "hosts"
RELEASES = ("bookworm", "trixie", "sid")
CHECKOUT = Path("/srv/checkout")  # where the copy lies in the other root
REPORT = "TEST_REPORT"  # names the file to which conftest.py adds the counts of each of pytest's sessions

# A network for documentation (RFC 5737), which nothing else should use; slirp4netns answers for names at .3 in it.
NETWORK, NAMESERVER = "198.51.100.0/24", "198.51.100.3"
CARD_SECONDS = 30
# What recording writes, as git's pathspecs: what a recording on another host brings back.
RECORDED = (
    *("docs/data/results", "docs/data/repeats", "docs/data/sealed.json"),
    *(":(glob)snippets/**/*.out", ":(glob)snippets/**/recorded.json"),
)
KEPT = re.compile(
    r"(CI|TERM|LANG|WORKERS|LAB_ACCEL|SOURCE_DATE_EPOCH|PIP_.*|SSL_CERT_.*|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE"
    r"|(?i:https?_proxy|no_proxy|all_proxy))"
)


class HostError(Exception):
    """The other host cannot be made or entered here; the message says why and what to do."""


@dataclass(frozen=True)
class Tally:
    """What became of the tests of one or more sessions: how many passed and failed, and the skipped ones by reason."""

    passed: int = 0
    failed: int = 0
    skipped: dict[str, int] = dataclasses.field(default_factory=dict)

    def __add__(self, other: Tally) -> Tally:
        reasons = {
            reason: self.skipped.get(reason, 0) + other.skipped.get(reason, 0)
            for reason in [*self.skipped, *(reason for reason in other.skipped if reason not in self.skipped)]
        }
        return Tally(self.passed + other.passed, self.failed + other.failed, reasons)

    def line(self, host: str, seconds: float) -> str:
        """Return the summary: host, passed, failed, skipped with reasons, minutes."""
        skipped = "; ".join(f"{number} x {reason}" for reason, number in self.skipped.items())
        return (
            f"{host}: {self.passed} passed, {self.failed} failed, {sum(self.skipped.values())} skipped"
            f"{f' ({skipped})' if skipped else ''}, {seconds / 60:.1f} min"
        )


def read_report(path: Path) -> Tally:
    """Return the sum of what the sessions wrote to their report, a line each; nothing where none ran."""
    total = Tally()
    if path.is_file():
        for line in path.read_text("utf-8").splitlines():
            total += Tally(**json.loads(line))
    return total


def environment(given: dict[str, str]) -> dict[str, str]:
    """Return the environment of a command on the other host: root's, and of the caller's what KEPT names."""
    return {name: value for name, value in given.items() if KEPT.fullmatch(name)} | {
        "HOME": "/root",
        "USER": "root",
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        REPORT: "/tmp/test-report",
    }


def package_directories(configuration: str) -> list[str]:
    """Return the directories of this machine that pip's configuration, as `pip config list` prints it, takes packages from."""
    values = re.findall(r"^\S*(?:index-url|find-links)='(.*)'$", configuration, re.MULTILINE)
    places = [word.removeprefix("file://") for value in values for word in value.replace("\\n", " ").split()]
    return sorted({place.removesuffix("/simple") for place in places if place.startswith("/")})


def root_of(name: str, release: str, *packages: str, fresh: bool) -> Path:
    """Return a host's root filesystem: the release, and packages in addition.

    It is made now if it is not there, or if the script that makes it or its packages changed.
    """
    where, script = HOSTS / name, LAB_SCRIPTS / "host-root.sh"
    made_by = script.read_bytes() + " ".join(packages).encode()
    stamp = where / "made-by"
    root = where / "root"
    if fresh or not root.is_dir() or not stamp.is_file() or stamp.read_bytes() != made_by:
        remove(where)
        where.mkdir(parents=True)
        print(f"{name}: making its root filesystem", flush=True)
        words = ["bash", str(script), release, str(root), *packages]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-8:])
            raise HostError(f"snippets/lab/{script.name} ended with {done.returncode}:\n{tail}")
        stamp.write_bytes(made_by)
    return root


def _prune(folder: Path, root: Path) -> None:
    """Remove a folder below `root`, and those around it, as far as they are empty: a folder can mean something, too."""
    while folder != root and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def copy_checkout(target: Path) -> None:
    """Copy the checkout, with its history and what is not committed yet, and nothing that git ignores.

    What the other host made in an earlier copy, such as its virtual environment, stays.
    """

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    target.mkdir(parents=True, exist_ok=True)
    if (target / ".git").is_dir():
        shutil.rmtree(target / ".git")
        for old in (target / "build/tracked").read_text("utf-8").split("\0"):
            if old:
                (target / old).unlink(missing_ok=True)
                _prune((target / old).parent, target)
    fresh = target.with_name("clone")
    shutil.rmtree(fresh, ignore_errors=True)
    subprocess.run(["git", "clone", "--quiet", "--no-checkout", "--no-hardlinks", str(ROOT), str(fresh)], check=True)
    (fresh / ".git").rename(target / ".git")
    fresh.rmdir()
    names = [n for n in git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0") if n]
    for name in names:
        source, copy = ROOT / name, target / name
        if source.is_symlink() or source.is_file():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy, follow_symlinks=False)
    (target / "build").mkdir(exist_ok=True)
    (target / "build/tracked").write_text("\0".join(names), "utf-8")
    subprocess.run(["git", "reset", "--quiet"], cwd=target, check=False)  # the index, without a change of files


def bring_back(copy: Path) -> list[str]:
    """Copy here what a recording changed in the checkout's copy on the other host; return the files, relative to the root.

    A file that is gone there goes here too.
    """
    words = ["git", "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", *RECORDED]
    said = subprocess.run(words, cwd=copy, capture_output=True, text=True, check=True).stdout
    brought = list[str]()
    for name in [entry[3:] for entry in said.split("\0") if entry]:
        there = (copy / name).read_bytes() if (copy / name).is_file() else None
        # What was not committed here differs from the commit there too, and is the same in both.
        if there == ((ROOT / name).read_bytes() if (ROOT / name).is_file() else None):
            continue
        brought.append(name)
        if there is None:
            (ROOT / name).unlink()
        else:
            replace(ROOT / name, there.decode("utf-8"))
    return brought


@contextmanager
def entered(root: Path, words: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Start the command in the root, with namespaces of its own and access to the network; nothing of it is left afterwards."""
    pip = subprocess.run(
        [str(ROOT / ".venv/bin/python"), "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    shared = "\n".join(package_directories(pip.stdout))
    inside = ["bash", str(LAB_SCRIPTS / "enter-host.sh"), str(root), NAMESERVER, str(CHECKOUT)]
    kept = environment(dict(os.environ))
    # The caller's PATH finds unshare and ip; the command gets its own through env.
    inside += ["env", "-i", *(f"{name}={value}" for name, value in kept.items()), *words]
    unshare = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child"]
    process = subprocess.Popen([*unshare, *inside], env=os.environ | {"SHARED": shared})
    slirp: subprocess.Popen[bytes] | None = None
    try:
        _wait_for_network(process)
        slirp = subprocess.Popen(
            [
                "slirp4netns",
                "--configure",
                "--mtu=65520",
                "--disable-host-loopback",
                f"--cidr={NETWORK}",
                str(process.pid),
                "tap0",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        yield process
    finally:
        for one in (process, slirp):
            if one is not None and one.poll() is None:
                one.kill()  # the kernel ends the rest of the process namespace with its first process
            if one is not None:
                one.wait()


def _wait_for_network(process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + CARD_SECONDS
    mine = Path("/proc/self/ns/net").readlink()
    while Path(f"/proc/{process.pid}/ns/net").readlink() == mine:
        if process.poll() is not None or time.monotonic() > end:
            raise HostError("unshare made no network namespace: this needs root, and a kernel that lets it")
        time.sleep(0.02)


def remove(where: Path) -> None:
    """Remove a release's files; its engine's layers go with them. Nothing is mounted there outside a run's own namespace."""
    shutil.rmtree(where, ignore_errors=True)
    if where.exists():
        raise HostError(f"{where} could not be removed: as root: rm -rf {where}")


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Keep others out of a host's root filesystem, in which two engines would share their files."""
    HOSTS.mkdir(parents=True, exist_ok=True)
    with (HOSTS / f"{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise HostError(f"another run on {name} is under way here: wait for its end") from None
        yield


def run_on(release: str, command: list[str], *, fresh: bool) -> int:
    """Run the command (`make test` for none) on the release; print the summary; return the command's exit code."""
    if release not in RELEASES:
        raise HostError(f"RELEASE={release or '(nothing)'}: choose one of {', '.join(RELEASES)}, or HOST=cgroup2")
    check_here("hosts")
    with alone(release):
        root = root_of(release, release, fresh=fresh)
        copy_checkout(root / CHECKOUT.relative_to("/"))
        report = root / "tmp/test-report"
        report.unlink(missing_ok=True)
        start = time.monotonic()
        with entered(root, command or ["make", "test"]) as process:
            code = process.wait()
        if command:
            brought = bring_back(root / CHECKOUT.relative_to("/"))
            print(f"{release}: {len(brought)} recorded files changed, and are changed here too")
            return code
        print(read_report(report).line(release, time.monotonic() - start))
        return code


def check_here(*steps: str) -> None:
    """Raise HostError where this machine lacks what another host needs of it: what these steps of the set-up install."""
    if lacking := engines.missing(("root", "linux", "unshare")):
        raise HostError(str(lacking[0]))
    if not checkout.commit():
        raise HostError("test-on copies the checkout with its history, and git reads none here: run it in a clone")
    for row in table(SNIPPETS).values():
        if set(steps) & set(row.step.split(",")) and (why := engines.program(row.program)()):
            raise HostError(f"{why}; as root: apt-get install {row.debian}")
