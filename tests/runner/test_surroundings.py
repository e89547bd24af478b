"""Another's surroundings: proxies, settings of Docker's client, and engines other than one of this host that runs as root.

The engines are played by a program called `docker` that answers as they do; each answer is one that the named engine gave.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from macros.model.examples import Side
from snippets.runner import daemon, engines, execute, lab, runs, surroundings
from snippets.runner.paths import LAB_SCRIPTS

PODMAN = {"Client": {"APIVersion": "4.3.1", "Version": "4.3.1", "GoVersion": "go1.19.8", "OsArch": "linux/amd64"}}
PODMAN_SERVICE = {
    "Client": {"Version": "28.2.2", "ApiVersion": "1.41"},
    "Server": {"Components": [{"Name": "Podman Engine", "Version": "4.3.1"}], "Version": "4.3.1", "Os": "linux"},
}
DOCKER = {
    "Client": {"Version": "29.0.1", "ApiVersion": "1.52", "DefaultAPIVersion": "1.52"},
    "Server": {"Components": [{"Name": "Engine", "Version": "29.0.1"}], "Version": "29.0.1", "Os": "linux"},
}
INFO = {"KernelVersion": platform.release(), "Driver": "overlay2", "CgroupDriver": "systemd", "SecurityOptions": []}
STORE = {"Driver": "overlayfs", "DriverStatus": [["driver-type", "io.containerd.snapshotter.v1"]]}
ABSENT = 'invalid mount config for type "bind": bind source path does not exist'

# A shell starts in a fraction of the time that Python takes, and the tests call this some hundred times. Each call is logged
# as the number of its words, the words, and the names of its variables in one item of many lines: a NUL ends each item.
FAKE = r"""#!/bin/bash
here="${0%/bin/docker}"
printf '%s\0' "$#" "$@" "$(compgen -e)" >>"$here/log"
for key in "${1-} ${2-}" "${1-}"; do
    told="$here/answers/$key"
    [ -d "$told" ] || continue
    printf '%s\n' "$(<"$told/text")"
    printf '%s\n' "$(<"$told/error")" >&2
    exit "$(<"$told/code")"
done
"""


class Fake:
    """A `docker` on PATH: it answers what it was told, and writes down what it was asked."""

    def __init__(self, where: Path) -> None:
        self.log, self.told = where / "log", where / "answers"
        program = where / "bin" / "docker"
        program.parent.mkdir()
        program.write_text(FAKE)
        program.chmod(0o755)
        self.path = str(program.parent)

    def answers(
        self,
        version: dict[str, Any],
        info: dict[str, Any],
        other: dict[str, tuple[str, str, int]] | None = None,
        error: str = "",
        code: int = 0,
    ) -> None:
        told = {
            "version": (json.dumps(version), error, code),
            "info": (json.dumps(info), "", 0),
            **(other or {}),
        }
        shutil.rmtree(self.told, ignore_errors=True)
        for key, answer in told.items():
            (self.told / key).mkdir(parents=True)
            for name, said in zip(("text", "error", "code"), answer, strict=True):
                (self.told / key / name).write_text(str(said), "utf-8")
        for cached in (daemon.answers, daemon.info, daemon.has_proxies):
            cached.cache_clear()

    def asked(self) -> list[tuple[list[str], list[str]]]:
        items = iter(self.log.read_text("utf-8").split("\0")[:-1])
        return [([next(items) for _ in range(int(count))], next(items).splitlines()) for count in items]


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fake]:
    """Return a `docker` that plays another engine, with a register of runs of this test's own."""
    made = Fake(tmp_path)
    monkeypatch.setenv("PATH", f"{made.path}:{os.environ['PATH']}")
    monkeypatch.setattr(runs, "STATE", tmp_path / "state")
    monkeypatch.setattr(runs, "RUNS", tmp_path / "state" / "runs")
    yield made
    for cached in (daemon.answers, daemon.info, daemon.has_proxies):
        cached.cache_clear()


def said(*words: str) -> list[str]:
    """Return what is said of the requirements that this machine lacks; none of it is an error of a template."""
    lacking = [str(item) for item in engines.missing(words)]
    assert not any("template" in text or "<no value>" in text for text in lacking)
    return lacking


def test_dockers_own_engine_is_one(fake: Fake) -> None:
    fake.answers(DOCKER, INFO)
    assert said("docker", "local-docker", "no-labels", "userland-proxy") == []
    assert engines.versions()["docker engine"] == "29.0.1"


@pytest.mark.parametrize(("version", "what"), [(PODMAN, "podman version 4.3.1"), (PODMAN_SERVICE, "Podman Engine")])
def test_podman_called_docker_is_skipped_in_words(fake: Fake, version: dict[str, Any], what: str) -> None:
    """Its program, and its service behind Docker's client; nothing records its version as Docker's."""
    fake.answers(version, {}, {"--version": ("podman version 4.3.1", "", 0)})
    for text in said("docker", "local-docker"):
        assert f"what answers to the command 'docker' is another engine: {what}; " in text
        assert "apt-get install docker.io" in text
    assert len(said("docker", "local-docker")) == 2
    assert engines.versions()["docker engine"] == "none"
    assert set(engines.docker_drivers().values()) == {"none"}


def test_a_daemon_of_another_host_is_skipped_even_where_its_kernel_is_of_the_same_release(fake: Fake) -> None:
    context = ("ssh://anna@build.example", "", 0)
    fake.answers(DOCKER, INFO, {"create": ("", ABSENT, 1), "context inspect": context})
    (text,) = said("docker")
    assert text == (
        "docker: the Docker daemon (ssh://anna@build.example) does not see the files of this host "
        f"({ABSENT}); use a daemon of this host and not of a snap: unset DOCKER_HOST, or: docker context use default"
    )
    assert "does not see the files of this host" in said("local-docker")[0]


def test_looking_for_the_files_leaves_nothing(fake: Fake) -> None:
    """The image and the container carry the run's label, and are removed; nothing is started."""
    fake.answers(DOCKER, INFO)
    assert daemon.answers() == ""
    commands = [words for words, _ in fake.asked()]
    made = [words for words in commands if words[0] in {"import", "create"}]
    assert len(made) == 2
    run = made[0][-1].removesuffix("-sight")
    assert f"LABEL {runs.LABEL}={run}" in made[0] and f"{runs.LABEL}={run}" in made[1]
    assert [words[0] for words in commands if words[0] in {"rm", "rmi"}] == ["rm", "rmi"]
    assert not any(words[0] in {"run", "start"} for words in commands)
    assert list(runs.RUNS.iterdir()) == []


@pytest.mark.parametrize(
    ("option", "words"), [("name=rootless", "without root (rootless)"), ("name=userns", "with userns-remap")]
)
def test_a_daemon_whose_root_is_another_is_skipped_in_words(fake: Fake, option: str, words: str) -> None:
    """What looks from the host at a container's root; other examples run there."""
    fake.answers(DOCKER, INFO | {"SecurityOptions": ["name=seccomp,profile=builtin", option]})
    assert said("docker") == []
    (text,) = said("local-docker")
    assert f"the Docker daemon runs {words}, " in text
    assert "run it with a daemon that runs as root, without userns-remap" in text


def test_another_kernel_and_no_daemon_are_named(fake: Fake) -> None:
    fake.answers(DOCKER, INFO | {"KernelVersion": "6.12.5-linuxkit"})
    assert "runs on another kernel (6.12.5-linuxkit)" in said("local-docker")[0]
    why = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"
    fake.answers(DOCKER | {"Server": None}, {}, code=1, error=why)
    assert why in said("docker")[0]
    assert engines.versions()["docker client"] == "29.0.1"
    assert engines.versions()["docker engine"] == "none"


def test_the_image_store_of_containerd_is_another_storage(fake: Fake) -> None:
    """Docker 29's default: the examples run there, but for one that shows an exact size; results name another storage."""
    fake.answers(DOCKER, INFO | STORE)
    assert said("docker", "local-docker") == []
    assert engines.docker_drivers()["docker_storage"] == "overlayfs"
    (text,) = said("layer-sizes")
    assert text.startswith("layer-sizes: the Docker daemon keeps images in containerd's store, ")
    fake.answers(DOCKER, INFO | {"DriverStatus": [["Backing Filesystem", "extfs"], ["Supports d_type", "true"]]})
    assert said("layer-sizes") == []


def test_where_containers_are_labelled_what_cannot_work_is_skipped(fake: Fake) -> None:
    fake.answers(DOCKER, INFO | {"SecurityOptions": ["name=seccomp,profile=builtin", "name=selinux"]})
    assert said("docker", "local-docker") == []
    (text,) = said("no-labels")
    assert text.startswith("no-labels: the Docker daemon labels containers (SELinux)")


@pytest.mark.parametrize("labels", ["", "1"])
def test_a_bound_directory_can_be_read_where_containers_are_labelled(fake: Fake, labels: str) -> None:
    """The wrapper takes the label from containers that are given a directory of the host, from no other, and only there."""
    fake.answers(DOCKER, INFO)
    environment = {"PATH": os.environ["PATH"], "CVM_RUN": "r1", "CVM_WORK": "/nowhere/work", "CVM_LABELS": labels}

    def words(*given: str) -> list[str]:
        subprocess.run([LAB_SCRIPTS / "bin" / "docker", *given], env=environment, capture_output=True, check=True)
        return fake.asked()[-1][0]

    option = ["--security-opt", "label=disable"] if labels else []
    for bound in (
        ["-v", "/a:/b:ro"],
        ["-v=/a:/b"],
        ["-v/a:/b"],
        ["--volume=/a:/b"],
        ["--mount", "type=bind,src=/a,dst=/b"],
    ):
        for command in (["run"], ["create"], ["container", "run"]):
            assert words(*command, *bound, "x") == [*command, "--label", "cvm.run=r1", *option, *bound, "x"]
    assert words("run", "--rm", "x", "ls", "-l") == ["run", "--label", "cvm.run=r1", "--rm", "x", "ls", "-l"]
    assert words("volume", "create", "v") == ["volume", "create", "--label", "cvm.run=r1", "v"]


@pytest.fixture(scope="module")
def nowhere() -> Iterator[str]:
    """Return the address of a proxy: of a port that is held, and on which nothing answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nowhere: str) -> Path:
    """Return the directory of a client's configuration with proxies and more; proxies are in the environment too."""
    directory = tmp_path / "of-the-user"
    (directory / "contexts" / "meta").mkdir(parents=True)
    content = {
        "auths": {"registry.example": {"auth": "YW5uYTpzZWNyZXQ="}},
        "currentContext": "here",
        "proxies": {"default": {"httpProxy": nowhere, "httpsProxy": nowhere, "noProxy": "localhost"}},
        "aliases": {"builder": "buildx"},
        "psFormat": "table {{.Names}}",
    }
    (directory / "config.json").write_text(json.dumps(content), "utf-8")
    monkeypatch.setenv("DOCKER_CONFIG", str(directory))
    for name in surroundings.PROXIES:
        monkeypatch.setenv(name, nowhere)
        monkeypatch.setenv(name.upper(), nowhere)
    monkeypatch.setenv("DOCKER_DEFAULT_PLATFORM", "linux/arm64")
    return directory


def run_script(tmp_path: Path, text: str, *requires: str) -> execute.Output:
    """Run a script as the runner runs a side that requires these."""
    script = tmp_path / "host.sh"
    script.write_text(f"set -euo pipefail\n{text}\n", "utf-8")
    side = Side("section/name", "host", script, "look", 60, requires, ())
    with runs.Run() as run:
        return execute.execute(side, run, lab.Lab("none", "", ""))


def test_a_script_meets_no_proxy_and_no_setting_of_the_client(
    fake: Fake, elsewhere: Path, nowhere: str, tmp_path: Path
) -> None:
    """Its credentials and contexts stay, and the user's own files are as they were."""
    fake.answers(DOCKER, INFO)
    before = (elsewhere / "config.json").read_bytes()
    shown = 'env; cat "$DOCKER_CONFIG/config.json"; echo; stat -c "%a %n" "$DOCKER_CONFIG" "$DOCKER_CONFIG/config.json"'
    output = run_script(tmp_path, f'{shown}; ls -d "$DOCKER_CONFIG/contexts/meta"', "docker")
    assert output.code == 0, output.whole
    lines = output.whole.splitlines()
    assert not [line for line in lines if nowhere in line]
    assert not [line for line in lines if line.startswith("DOCKER_DEFAULT_PLATFORM=")]
    assert "DOCKER_BUILDKIT=0" in lines
    (config,) = [json.loads(line) for line in lines if line.startswith('{"')]
    assert config == {"auths": {"registry.example": {"auth": "YW5uYTpzZWNyZXQ="}}, "currentContext": "here"}
    assert [line[:3] for line in lines if "docker-config" in line and line[0].isdigit()] == ["700", "600"]
    assert (elsewhere / "config.json").read_bytes() == before
    assert list(runs.RUNS.iterdir()) == [], "a copy of the credentials is left"


def test_a_configuration_without_such_settings_is_the_users_own(fake: Fake, elsewhere: Path, tmp_path: Path) -> None:
    fake.answers(DOCKER, INFO)
    for text in ('{"auths": {}, "currentContext": "here"}', "{not JSON"):
        (elsewhere / "config.json").write_text(text, "utf-8")
        assert run_script(tmp_path, 'echo "$DOCKER_CONFIG"', "docker").whole == f"{elsewhere}\n"
    (elsewhere / "config.json").unlink()
    assert run_script(tmp_path, 'echo "$DOCKER_CONFIG"', "docker").whole == f"{elsewhere}\n"


def test_local_traffic_of_a_script_does_not_go_through_a_proxy(elsewhere: Path, tmp_path: Path, fake: Fake) -> None:
    """Python's and the shell's clients ask a server of this host, where the proxy that is set answers nothing."""
    fake.answers(DOCKER, INFO)
    (tmp_path / "asks.py").write_text(
        "import http.server, threading, urllib.request\n"
        "server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), http.server.SimpleHTTPRequestHandler)\n"
        "threading.Thread(target=server.serve_forever, daemon=True).start()\n"
        "print(urllib.request.urlopen(f'http://127.0.0.1:{server.server_port}/', timeout=60).status)\n"
    )
    output = run_script(tmp_path, f'"$CVM_PYTHON" "{tmp_path}/asks.py" 2>/dev/null')
    assert output.whole == "200\n"
    direct = subprocess.run([sys.executable, tmp_path / "asks.py"], capture_output=True, check=False)
    assert direct.returncode != 0, "without the runner the request works too, so this test shows nothing"


def test_what_fetches_packages_keeps_the_proxies(
    elsewhere: Path, nowhere: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The lab's scripts have them, and not the platform, by which docker import would name another processor."""
    monkeypatch.setattr(lab, "LAB", tmp_path)
    told = lab._call(["bash", "-c", "env"], tmp_path, 60).stdout.splitlines()
    assert f"http_proxy={nowhere}" in told
    assert f"DOCKER_CONFIG={elsewhere}" in told
    assert not [line for line in told if line.startswith("DOCKER_DEFAULT_PLATFORM")]


def test_the_runners_own_questions_name_no_platform(elsewhere: Path, fake: Fake) -> None:
    assert elsewhere
    fake.answers(DOCKER, INFO)
    runs.left_in_docker("cvm.run=none")
    daemon.info()
    asked = fake.asked()
    assert len(asked) > 6
    assert all("PATH" in environment for _, environment in asked), "the variables are logged"
    assert not [words for words, environment in asked if "DOCKER_DEFAULT_PLATFORM" in environment]


@pytest.mark.parametrize(
    ("command", "configuration", "has"),
    [
        (["dockerd"], None, True),
        (["dockerd", "-H", "fd://"], '{"userland-proxy": true}', True),
        (["dockerd", "--userland-proxy=false"], None, False),
        (["dockerd"], '{"userland-proxy": false}', False),
        (["dockerd", "--config-file", "{file}"], '{"userland-proxy": false}', False),
        (["dockerd", "--config-file={file}", "--userland-proxy"], '{"userland-proxy": true}', True),
        (["dockerd"], "{not JSON", True),
    ],
)
def test_a_daemon_without_proxies_for_ports_is_known(
    command: list[str],
    configuration: str | None,
    *,
    has: bool,
    fake: Fake,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By its option or its configuration, and in words with the remedy."""
    fake.answers(DOCKER, INFO)
    process = tmp_path / "process"
    file = "/etc/elsewhere.json" if any("file" in word for word in command) else "/etc/docker/daemon.json"
    (process / "root" / file.lstrip("/")).parent.mkdir(parents=True)
    if configuration is not None:
        (process / "root" / file.lstrip("/")).write_text(configuration, "utf-8")
    (process / "cmdline").write_text("".join(f"{word.replace('{file}', file)}\0" for word in command))
    monkeypatch.setattr(daemon, "_listeners", lambda _socket: [process])
    lacking = said("userland-proxy")
    assert (lacking == []) == has
    if not has:
        assert (
            "without a proxy (userland-proxy is false); run it with a Docker daemon whose userland-proxy is on"
            in lacking[0]
        )
