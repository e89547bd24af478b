"""Which engine the command `docker` reaches, and whether what the examples say is true of it."""

from __future__ import annotations

import functools
import json
import os
import platform
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

from . import runs, surroundings

SECONDS = 120  # a daemon that hangs
SOCKET = "/var/run/docker.sock"


class Reason(str):
    """Why something is not here; `remedy` is what helps, where that is not what the table of requirements says."""

    remedy: str

    def __new__(cls, text: str, remedy: str) -> Reason:
        """Return the reason with its remedy."""
        made = super().__new__(cls, text)
        made.remedy = remedy
        return made


def _docker(*words: str) -> subprocess.CompletedProcess[str]:
    """Call docker. Raises TimeoutExpired if it does not end."""
    return subprocess.run(
        ["docker", *words],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        stdin=subprocess.DEVNULL,
        env=surroundings.for_docker(os.environ),
    )


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["the Docker daemon does not answer"])[-1]


def versions() -> dict[str, str]:
    """Return the versions of Docker's client and engine, "none" for what is not there or not Docker's."""
    try:
        told = _object(_docker("version", "--format", "{{json .}}").stdout)
    except (OSError, subprocess.TimeoutExpired):
        told = {}
    client, server = told.get("Client") or {}, told.get("Server") or {}
    return {
        "docker client": str(client.get("Version")) if "ApiVersion" in client else "none",  # Podman's is an APIVersion
        "docker engine": str(server.get("Version")) if _engine(server) else "none",
    }


def _engine(server: dict[str, Any]) -> bool:
    """Return whether what answered is Docker's own engine."""
    return any(part.get("Name") == "Engine" for part in server.get("Components") or ())


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


@functools.cache
def answers() -> str:
    """Return "" if a daemon of Docker answers that runs Linux containers and sees this host's files, else why not."""
    if shutil.which("docker") is None:
        return "no program 'docker'"
    try:
        told = _docker("version", "--format", "{{json .}}")
        server = _object(told.stdout).get("Server") or {}
        # Another engine's client may have no server to ask, and ends well without one.
        if told.returncode != 0 and not server:
            return _last_line(told.stderr)
        if not _engine(server):
            return _another_engine(server)
        if server.get("Os") != "linux":
            return "the Docker daemon runs no Linux containers"
        return _sees_files()
    except subprocess.TimeoutExpired:
        return f"the Docker daemon did not answer within {SECONDS} s"


def _another_engine(server: dict[str, Any]) -> Reason:
    """Say that what is called docker, or what answers it, is Podman or the like."""
    parts = [str(part.get("Name")) for part in server.get("Components") or ()]
    what = ", ".join(parts) if parts else _last_line(_docker("--version").stdout)
    return Reason(
        f"what answers to the command 'docker' is another engine: {what}",
        "the examples are about Docker: install its client and engine (as root: apt-get install docker.io), "
        "and unset DOCKER_HOST where it names the other one",
    )


def _sees_files() -> str:
    """Return "" if the daemon can give a container a directory that was made a moment ago, else why not.

    The directory's name is random, so no other host has it. A daemon on another host does not see it, even if that runs
    a kernel of the same release; nor does one whose /tmp is its own, as that of a snap is. No container is started.
    """
    with runs.Run() as run:
        mark = run.directory / "docker"  # as long as it is there, the run's cleaning asks the daemon
        mark.touch()
        with tarfile.open(run.work / "empty.tar", "w"):
            pass
        name, label = f"{run.id}-sight", f"{runs.LABEL}={run.id}"
        made = _docker("import", "--change", f"LABEL {label}", str(run.work / "empty.tar"), name)
        if made.returncode != 0:
            return f"the Docker daemon imports no image: {_last_line(made.stderr)}"
        mount = f"type=bind,source={run.work},target=/sight,readonly"
        created = _docker("create", "--label", label, "--name", name, "--mount", mount, name, "true")
        removed = created.returncode != 0 or _docker("rm", name).returncode == 0
        if removed and _docker("rmi", name).returncode == 0:
            mark.unlink()
    if created.returncode == 0:
        return ""
    return Reason(
        f"the Docker daemon ({_endpoint()}) does not see the files of this host ({_last_line(created.stderr)})",
        "use a daemon of this host and not of a snap: unset DOCKER_HOST, or: docker context use default",
    )


def _endpoint() -> str:
    """Return where the client finds the daemon, as its context or DOCKER_HOST says."""
    told = _docker("context", "inspect", "--format", "{{.Endpoints.docker.Host}}")
    return told.stdout.strip() or os.environ.get("DOCKER_HOST", "") or f"unix://{SOCKET}"


@functools.cache
def info() -> dict[str, Any]:
    """Return what the daemon says of itself, or nothing where none of Docker's answers."""
    if answers():
        return {}
    try:
        return _object(_docker("info", "--format", "{{json .}}").stdout)
    except subprocess.TimeoutExpired:
        return {}


def _options() -> set[str]:
    """Return the daemon's security options by name: seccomp, apparmor, selinux, userns, rootless, cgroupns."""
    fields = [field for option in info().get("SecurityOptions") or () for field in str(option).split(",")]
    return {field.removeprefix("name=") for field in fields if field.startswith("name=")}


def local() -> str:
    """Return "" if the daemon's containers are processes of this kernel, and root in them is root of this host; else why not."""
    if platform.system() != "Linux":
        return f"the host runs {platform.system()}, not Linux"
    if why := answers():
        return why
    for option in ("rootless", "userns"):
        if option in _options():
            what = {"rootless": "without root (rootless)", "userns": "with userns-remap"}[option]
            return Reason(
                f"the Docker daemon runs {what}, so what the examples say of root is another matter",
                "run it with a daemon that runs as root, without userns-remap",
            )
    kernel = info().get("KernelVersion", "")
    return (
        ""
        if kernel == platform.release()
        else f"the Docker daemon runs on another kernel ({kernel}), so its processes are not visible from here"
    )


def labels() -> bool:
    """Return whether the daemon labels containers for SELinux, which then may not read an unlabelled file of the host."""
    return "selinux" in _options()


def no_labels() -> str:
    """Return "" if the daemon labels no container, else why that matters."""
    return "the Docker daemon labels containers (SELinux), and those may not use its socket" if labels() else ""


def layer_sizes() -> str:
    """Return "" if the size that the daemon tells of a writable layer is that of its files, else why not.

    With the image store of containerd, Docker 29's default, it includes the blocks of the layer's directories.
    """
    kinds = {str(row[-1]) for row in info().get("DriverStatus") or () if row}
    if not any(kind.startswith("io.containerd.snapshotter.") for kind in kinds):
        return ""
    return "the Docker daemon keeps images in containerd's store, which adds a layer's directories to its size"


@functools.cache
def has_proxies() -> str:
    """Return "" if the daemon starts a proxy for each published port, as it does unless told otherwise; else why not.

    The daemon does not say. It is asked for by its option or in its configuration, so these are read, of the process
    that listens on the socket.
    """
    for process in _listeners(_endpoint().removeprefix("unix://")) if not answers() else ():
        words = _words(process)
        given = [word.partition("=")[2] or "true" for word in words if word.partition("=")[0] == "--userland-proxy"]
        if (given[-1:] or [str(_configured(process, words).get("userland-proxy", True))])[0].lower() in {
            "false",
            "0",
            "f",
        }:
            return "the Docker daemon forwards published ports without a proxy (userland-proxy is false)"
    return ""


def _listeners(socket: str) -> list[Path]:
    """Return the /proc directories of the dockerd processes that hold a socket listening at this path."""
    wanted = os.path.realpath(socket)
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "comm").read_text().strip() != "dockerd":
                continue
            # The sockets of its network, which need not be ours.
            table = [line.split() for line in (process / "net/unix").read_text().splitlines()[1:]]
            held = {f"socket:[{row[6]}]" for row in table if len(row) == 8 and os.path.realpath(row[7]) == wanted}
            if any(str(link.readlink()) in held for link in (process / "fd").iterdir()):
                found.append(process)
        except OSError:
            continue  # ended meanwhile, or another user's
    return found


def _words(process: Path) -> list[str]:
    """Return the words with which a process was started; a value after its option stands behind a sign of equality."""
    words = (process / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    return [
        f"{word}={after}" if word == "--config-file" else word
        for word, after in zip(words, [*words[1:], ""], strict=True)
    ]


def _configured(process: Path, words: list[str]) -> dict[str, Any]:
    files = [word.partition("=")[2] for word in words if word.startswith("--config-file=")]
    file = (files[-1:] or ["/etc/docker/daemon.json"])[0]
    try:
        return _object((process / "root" / file.lstrip("/")).read_text("utf-8"))
    except OSError:
        return {}
