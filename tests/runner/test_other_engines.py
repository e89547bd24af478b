"""Engines that are set up otherwise, started for the test: each has a network, processes and a /run of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from macros.model.examples import Example
from snippets.runner import daemon, engines, lab, record, runs
from tests.conftest import require

pytestmark = pytest.mark.engine
SECONDS = 120  # for what hangs
Start = Callable[[dict[str, Any]], None]
CACHED = (daemon.answers, daemon.info, daemon.has_proxies)


def _removed(group: Path) -> bool:
    """Remove a control group with those below it; return whether it is gone, which it is when its last process is."""
    with suppress(OSError):
        for directory in [*sorted(group.rglob("*/"), reverse=True), group]:
            directory.rmdir()
    return not group.exists()


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Return a function that starts an engine with this configuration; from then on, every docker command goes to it."""
    require("linux", "root", "docker", "unshare")
    where = Path(tempfile.mkdtemp(prefix="cvm-", dir="/tmp"))  # a short path, since a socket's may not be long
    started: list[subprocess.Popen[bytes]] = []

    def start(configuration: dict[str, Any]) -> None:
        (where / "daemon.json").write_text(json.dumps(configuration), "utf-8")
        host = f"unix://{where}/docker.sock"
        options = [
            "--config-file",
            f"{where}/daemon.json",
            "--data-root",
            f"{where}/data",
            "--exec-root",
            f"{where}/exec",
        ]
        options += ["--pidfile", f"{where}/pid", "--exec-opt", "native.cgroupdriver=cgroupfs"]
        command = ["dockerd", "--host", host, *options, "--cgroup-parent", f"/{where.name}"]
        words = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c"]
        with (where / "log").open("wb") as log:
            inside = 'mount -t tmpfs none /run; ip link set lo up; exec "$@"'
            process = subprocess.Popen(
                [*words, inside, "sh", *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=os.environ | {"PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"},
            )
        started.append(process)
        monkeypatch.setenv("DOCKER_HOST", host)
        for cached in CACHED:
            cached.cache_clear()
        end = time.monotonic() + SECONDS
        while subprocess.run(["docker", "version"], capture_output=True, check=False).returncode != 0:
            assert process.poll() is None and time.monotonic() < end, (where / "log").read_text("utf-8", "replace")
            time.sleep(0.2)

    yield start
    for process in started:
        process.kill()  # the kernel ends the rest of its process namespace
        process.wait()
    for cached in CACHED:
        cached.cache_clear()
    end = time.monotonic() + SECONDS
    while left := [group for group in Path("/sys/fs/cgroup").glob(f"**/{where.name}") if not _removed(group)]:
        assert time.monotonic() < end, f"the engine's processes do not end: {left}"
        time.sleep(0.2)
    shutil.rmtree(where)


@pytest.mark.parametrize("proxies", [True, False])
def test_a_real_engine_without_proxies_for_ports_is_known(engine: Start, *, proxies: bool) -> None:
    """And no other side than those that show such a proxy requires one."""
    engine({"userland-proxy": proxies})
    assert engines.missing(("docker", "local-docker")) == []
    assert [item.name for item in engines.missing(("userland-proxy",))] == ([] if proxies else ["userland-proxy"])


@pytest.mark.example(
    "architecture/image", "architecture/layers", "architecture/portable", "architecture/writable-layer"
)
def test_examples_of_images_hold_with_the_image_store_of_containerd(
    engine: Start, examples: dict[str, Example]
) -> None:
    """Docker 29's default, and an option of the engines before; nothing of a run is left in it, no build cache either."""
    engine({"features": {"containerd-snapshotter": True}})
    if daemon.info().get("Driver") == "overlay2":
        pytest.skip(f"Docker {engines.versions()['docker engine']} has no image store of containerd")
    built = lab.ensure({"docker"})
    for name in ("image", "layers", "portable", "writable-layer"):
        example = examples[f"architecture/{name}"]
        side = example.sides["container"]
        record.check(example, side, record.run_side(side, built))
    names = subprocess.run(
        ["docker", "images", "--all", "--format", "{{.Repository}}"], capture_output=True, text=True, check=True
    ).stdout.split()
    assert names == [runs.LAB_IMAGE]
    usage = subprocess.run(
        ["docker", "system", "df", "--format", "{{.Type}}: {{.TotalCount}}"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert [line for line in usage if not line.endswith(": 0")] == ["Images: 1"]
