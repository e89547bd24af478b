"""What the examples of Architecture mean, on fresh output: the container's side, and the host's own parts."""

from __future__ import annotations

import platform
import re
from pathlib import Path

import pytest

from snippets.runner.paths import LAB
from tests.conftest import Runs

KINDS = ("cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts")
RELEASE = re.compile(r"\d+\.\d+[\w.+-]*")
FILE = re.compile(r"[0-9a-f]{64}  \./\S+")
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # the SHA-256 digest of no bytes

pytestmark = pytest.mark.engine


def boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def manifest() -> set[str]:
    """Return the lines of the lab's list of files, with their digests, and of its list of links."""
    links = set((LAB / "links").read_text().splitlines())
    assert len(links) > 100
    return links | set((LAB / "manifest").read_text().splitlines())


def diff_ids(line: str) -> list[str]:
    return re.findall(r"sha256:([0-9a-f]{64})", line)


def memory_total(line: str) -> int:
    match = re.fullmatch(r"MemTotal: (\d+) kB", line)
    assert match, line
    return int(match[1])


@pytest.mark.claim("A2", "holds")
@pytest.mark.claim("R1", "holds")
@pytest.mark.claim("M10", "holds with conditions")
@pytest.mark.claim("M16", "false")
@pytest.mark.claim("S2", "holds")
@pytest.mark.example("architecture/same-kernel")
def test_container_shares_the_hosts_kernel(run_example: Runs) -> None:
    """Kernel release and boot id read inside the container are those of the host."""
    assert run_example("architecture/same-kernel", "container")["show"].split() == [platform.release(), boot_id()]


@pytest.mark.claim("A5", "holds")
@pytest.mark.claim("C2", "holds with conditions")
@pytest.mark.claim("S4", "holds")
@pytest.mark.example("architecture/same-kernel")
def test_vm_has_a_kernel_of_its_own(run_example: Runs) -> None:
    """The VM's kernel release is that of the lab's kernel package, and its boot id is not the host's."""
    release, boot = run_example("architecture/same-kernel", "vm")["show"].split()
    assert release == (LAB / "kernel-release").read_text().strip()
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", boot)
    assert boot != boot_id()


@pytest.mark.example("architecture/pid-one")
def test_container_command_is_process_1_and_alone(run_example: Runs) -> None:
    """In a container that runs ps, ps is process 1 and there is no other process."""
    header, *rows = run_example("architecture/pid-one", "container")["inside"].splitlines()
    assert header.split() == ["PID", "COMMAND"]
    assert [row.split() for row in rows] == [["1", "ps"]]


@pytest.mark.claim("A2", "holds")
@pytest.mark.claim("P2", "holds")
@pytest.mark.claim("M15", "false")
@pytest.mark.example("architecture/pid-one")
def test_container_process_is_a_process_of_the_host(run_example: Runs) -> None:
    """The host lists the container's process by name; the kernel gives it a host number and, in its own namespace, 1."""
    name, numbers = run_example("architecture/pid-one", "container")["outside"].splitlines()
    assert name == "sleep"
    label, *pids = numbers.split()
    assert label == "NSpid:"
    assert len(pids) == 2 and int(pids[0]) > 1 and pids[1] == "1"


@pytest.mark.example("architecture/pid-one")
def test_vm_runs_an_init_and_kernel_threads(run_example: Runs) -> None:
    """In the VM process 1 is the init of its initramfs and process 2 is kthreadd, which only a kernel starts."""
    _, *rows = run_example("architecture/pid-one", "vm")["show"].splitlines()
    assert [row.split() for row in rows] == [["1", "init"], ["2", "kthreadd"]]


@pytest.mark.claim("A3", "holds")
@pytest.mark.claim("M13", "holds with conditions")
@pytest.mark.example("architecture/namespaces")
def test_container_has_namespaces_of_its_own(run_example: Runs) -> None:
    """Six kinds differ from the host's by inode and user is the host's; time is the container's own from Docker 29.5 on."""
    output = run_example("architecture/namespaces", "container")
    inside = dict(re.findall(r"^(\w+):\[(\d+)\]$", output["inside"], re.MULTILINE))
    assert tuple(inside) == KINDS
    host = {kind: re.sub(r"\D", "", str(Path(f"/proc/self/ns/{kind}").readlink())) for kind in KINDS}
    shared = {kind for kind in KINDS if inside[kind] == host[kind]}
    assert shared - {"time"} == {"user"}
    told = dict(line.split(": ") for line in output["compare"].splitlines())
    assert told == {kind: "the host's" if kind in shared else "its own" for kind in KINDS}


@pytest.mark.claim("A3", "holds")
@pytest.mark.claim("M15", "false")
@pytest.mark.claim("M21", "false")
@pytest.mark.example("architecture/by-hand-unshare")
def test_container_can_be_made_without_docker(run_example: Runs) -> None:
    """unshare and pivot_root alone give a process its own host name, process numbers and root directory."""
    output = run_example("architecture/by-hand-unshare", "host")
    name, header, first, ps, *root = output["run"].splitlines()
    assert name == "by-hand" != platform.node()
    assert header.split() == ["PID", "COMMAND"]
    assert first.split() == ["1", "sh"]
    assert ps.split()[1] == "ps" and int(ps.split()[0]) < 100  # numbers of a process table that has just begun
    tree = {path.name for path in (LAB / "rootfs").iterdir()}
    assert set(output["tree"].split()) == tree | {"old"}
    assert set(root) == tree  # the host's root, which was mounted at old, is gone


@pytest.mark.claim("M21", "false")
@pytest.mark.example("architecture/by-hand-runc")
def test_runc_runs_a_container_from_a_directory(run_example: Runs) -> None:
    """From a root filesystem and a config.json, without image or daemon, runc makes a container that is a process of the host."""
    output = run_example("architecture/by-hand-runc", "host")
    assert output["bundle"].split() == ["config.json", "rootfs"]
    assert re.findall(r'"type": "(\w+)"', output["config"]) == ["pid", "network", "ipc", "uts", "mount"]
    name, _, first, ps = output["run"].splitlines()
    assert name == "runc" != platform.node()
    assert first.split() == ["1", "sleep"]
    assert ps.split()[1] == "ps"
    pid, status, command = output["outside"].splitlines()
    assert int(re.sub(r"\D", "", pid)) > 1
    assert status.strip() == '"status": "running",'
    assert command == "sleep"


@pytest.mark.claim("M15", "false")
@pytest.mark.claim("M21", "false")
@pytest.mark.example("architecture/engine-chain")
def test_no_engine_between_container_and_kernel(run_example: Runs) -> None:
    """The container's process descends from a shim; dockerd, containerd and runc are not among its ancestors; nobody traces it."""
    output = run_example("architecture/engine-chain", "container")
    assert output["absent"].splitlines()[-1].split() == ["TracerPid:", "0"]
    chain = output["ancestors"].split()
    assert chain[0] == "sleep"
    assert chain[1] == "containerd-shim"  # the kernel keeps 15 characters of containerd-shim-runc-v2
    assert not {"dockerd", "containerd", "runc"} & set(chain)


@pytest.mark.example("architecture/image")
def test_layer_is_named_by_its_digest(run_example: Runs) -> None:
    """The image has one layer, whose identifier is the SHA-256 digest of the archive it was imported from."""
    layers, digest = run_example("architecture/image", "container")["digest"].splitlines()
    assert diff_ids(layers) == [digest.removesuffix("  rootfs.tar")]


@pytest.mark.claim("A1", "holds")
@pytest.mark.claim("A4", "holds with conditions")
@pytest.mark.example("architecture/image")
def test_layer_holds_the_tree_and_no_kernel(run_example: Runs) -> None:
    """The saved layer unpacks to the files of the lab's tree, content included, and the tree has no kernel and no modules."""
    assert run_example("architecture/image", "container")["layer"] == "the same files\n"
    names = {path.name for path in (LAB / "rootfs").rglob("*")}
    assert "busybox" in names
    assert not {name for name in names if name.startswith("vmlinu") or name.endswith((".ko", ".ko.xz", ".ko.zst"))}


@pytest.mark.example("architecture/layers")
def test_images_share_their_base_layer(run_example: Runs) -> None:
    """Two images built on cvm-lab begin with its layer; the layers on top of it differ, and so does what they run."""
    output = run_example("architecture/layers", "container")
    base, first, second = (diff_ids(line) for line in output["compare"].splitlines())
    assert len(base) == 1
    assert len(first) == len(second) == 2
    assert first[0] == second[0] == base[0]
    assert first[1] != second[1]
    assert output["run"].splitlines() == ['NAME="the lab"', "root:x:0:"]


@pytest.mark.example("architecture/writable-layer")
def test_writes_stay_in_the_container(run_example: Runs) -> None:
    """A file changed in one container is unchanged in another; the change outlives a restart and ends with the container."""
    output = run_example("architecture/writable-layer", "container")
    original = (LAB / "rootfs/etc/os-release").read_text()
    assert output["write"] == "changed\n" + original
    assert output["diff"].splitlines() == ["C /etc", "D /etc/group", "C /etc/os-release"]
    assert output["restart"] == "changed\n"
    assert output["gone"] == original


@pytest.mark.claim("A3", "holds")
@pytest.mark.example("architecture/cgroup-limit")
def test_cgroup_limit_is_the_same_inside_and_outside(run_example: Runs) -> None:
    """The limits given to docker run stand in the control group's files; the host reads the same memory limit."""
    output = run_example("architecture/cgroup-limit", "container")
    inside = dict(line.split(" ", 1) for line in output["inside"].splitlines())
    assert inside == {"memory": str(64 * 1024 * 1024), "cpu": "50000 100000", "pids": "32"}  # 50 of every 100 ms
    assert output["outside"].split() == ["memory", inside["memory"]]


@pytest.mark.claim("M22", "false")
@pytest.mark.example("architecture/cgroup-limit")
def test_container_sees_the_hosts_memory(run_example: Runs) -> None:
    """/proc/meminfo in a container limited to 64 MiB gives the host's total, far above the limit."""
    inside, host = map(memory_total, run_example("architecture/cgroup-limit", "container")["meminfo"].splitlines())
    here = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal"))
    assert inside == host == memory_total(" ".join(here.split())) > 64 * 1024


@pytest.mark.claim("A6", "holds")
@pytest.mark.claim("M6", "false")
@pytest.mark.example("architecture/cgroup-limit")
def test_vm_sees_its_own_memory(run_example: Runs) -> None:
    """The guest of a VM with 128 MiB counts less than that, and one CPU."""
    cpus, memory = run_example("architecture/cgroup-limit", "vm")["show"].splitlines()
    assert cpus == "1"
    assert 32 * 1024 < memory_total(memory) < 128 * 1024


@pytest.mark.claim("A4", "holds with conditions")
@pytest.mark.claim("M16", "false")
@pytest.mark.example("architecture/one-program")
def test_container_needs_no_operating_system(run_example: Runs) -> None:
    """An image of a single file runs; the kernel that serves it is the host's."""
    output = run_example("architecture/one-program", "container")
    assert output["image"] == "busybox\n"
    assert output["run"] == f"{platform.release()}\n"


@pytest.mark.claim("A5", "holds")
@pytest.mark.example("architecture/one-program")
def test_vm_needs_a_kernel_beside_the_program(run_example: Runs) -> None:
    """The same single file runs in a VM on the lab's kernel, which is given beside it."""
    output = run_example("architecture/one-program", "vm")
    assert output["files"] == "busybox\n"
    assert output["run"].strip() == (LAB / "kernel-release").read_text().strip()


@pytest.mark.claim("A1", "holds")
@pytest.mark.claim("M18", "holds with conditions")
@pytest.mark.claim("U2", "holds")
@pytest.mark.example("architecture/portable")
def test_image_is_carried_as_a_file(run_example: Runs) -> None:
    """An image that was saved and removed has, once loaded again, the same id, and its container does the same."""
    output = run_example("architecture/portable", "container")
    made_id, made_says = output["make"].splitlines()
    count, loaded_id, loaded_says = output["carry"].splitlines()
    assert diff_ids(made_id) and count == "0"  # it existed, and was gone in between
    assert loaded_id == made_id
    assert loaded_says == made_says == "91: 7 13"


@pytest.mark.claim("A1", "holds")
@pytest.mark.claim("M18", "holds with conditions")
@pytest.mark.example("architecture/wrong-architecture")
def test_image_runs_only_on_its_architecture(run_example: Runs) -> None:
    """A program for this processor runs in a container; the same program built for arm64 is refused by the kernel."""
    output = run_example("architecture/wrong-architecture", "container")
    assert output["native"] == "it runs\n"
    assert output["arm64"] == "exec format error\n"


def all_files(whole: str) -> set[str]:
    """Return the lines of the complete listing, which a script of same-files prints last."""
    return {line for line in whole.splitlines() if FILE.fullmatch(line) or line.startswith("./")}


@pytest.mark.example("architecture/same-files")
def test_container_has_the_labs_files(run_example: Runs) -> None:
    """In the container every file of the manifest has its digest; the only others are four files and a link of Docker's."""
    output = run_example("architecture/same-files", "container")
    listed = all_files(output.whole)
    assert manifest() <= listed
    assert {line.split("  ")[-1] for line in listed - manifest()} == {
        "./.dockerenv",
        "./etc/hostname",
        "./etc/hosts",
        "./etc/mtab -> /proc/mounts",
        "./etc/resolv.conf",
    }
    assert f"{EMPTY}  ./.dockerenv" in listed


@pytest.mark.example("architecture/same-files")
def test_vm_has_the_labs_files(run_example: Runs) -> None:
    """In the VM every file of the manifest has its digest; the only others are the kernel's modules and their loader."""
    output = run_example("architecture/same-files", "vm")
    listed = all_files(output.whole)
    assert manifest() <= listed
    added = {line.split("  ")[-1] for line in listed - manifest()}
    modules = {path.relative_to(LAB / "modules").as_posix() for path in (LAB / "modules").rglob("*") if path.is_file()}
    assert added == {f"./{name}" for name in modules}
    loaders = {"./lab/modules", "./lib/modules/load"}
    assert loaders <= added
    assert all(re.fullmatch(r"\./lib/modules/[\w-]+\.ko", name) for name in added - loaders)


@pytest.mark.claim("M17", "false")
@pytest.mark.example("architecture/same-files")
def test_container_and_vm_have_the_same_files(run_example: Runs) -> None:
    """What both listings have in common is the manifest: the two sides differ in the technology, not in the files."""
    container = all_files(run_example("architecture/same-files", "container").whole)
    vm = all_files(run_example("architecture/same-files", "vm").whole)
    assert container & vm == manifest()
