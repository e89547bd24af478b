#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

for directory in /run/docker/containerd /run/containerd; do # the engine's own containerd, or the system's
    [ ! -S "$directory/containerd.sock" ] || break
done
ctr --address "$directory/containerd.sock" --namespace moby events >"$WORK/containerd" &
listener=$!

# --8<-- [start:events]
start=$(date +%s.%N)
docker run --rm -i --name "$RUN-steps" cvm-lab \
    sh -c 'echo ready; read -r line' <<<'go on'
docker events --since "$start" --until "$(date +%s.%N)" \
    --filter "container=$RUN-steps" --format '{{.Type}} {{.Action}}'
# --8<-- [end:events]

wait_for 10 grep -q /tasks/exit "$WORK/containerd" # so it listened when the container above ended

# The same again, with the times read. The program waits for a line of input, so that the files of the container can be
# looked at while it runs; docker is Docker's own client, see resources/startup. Every time is
# one of the host's clock: read here, stamped by the engine or containerd on an event, or by the kernel on a file (which
# takes the time of its last tick, up to 10 ms ago). The container above ran a moment ago: these are warm starts.
PATH=${PATH#*:}

# steps NETWORK
steps() {
    "$CVM_PYTHON" -I -S - "$1" "$WORK/containerd" "$RUN" <<'END'
import json, os, re, subprocess, sys, time
from calendar import timegm

network, listening, run = sys.argv[1:]
name = f"{run}-{network}"
begun = time.time_ns()
docker = subprocess.Popen(
    ["docker", "run", "--label", f"cvm.run={run}", "--rm", "-i", "--name", name, "--network", network, "cvm-lab",
     "sh", "-c", "echo ready; read -r line"],
    stdin=subprocess.PIPE, stdout=subprocess.PIPE)
if docker.stdout.readline() != b"ready\n":
    sys.exit("the container wrote no line")
found = {"first-line": time.time_ns()}


def containerd(container):
    """Return containerd's events of the container: topic to time and content."""
    events = {}
    for line in open(listening):
        if (match := re.fullmatch(r"(\S+) (\S+) \+0000 UTC moby (\S+) (.*)\n", line)) is None:
            continue  # still being written
        day, clock, topic, content = match.groups()
        content = json.loads(content)
        if container in (content.get("id"), content.get("container_id")):
            seconds, _, fraction = clock.partition(".")
            whole = timegm(time.strptime(f"{day} {seconds}", "%Y-%m-%d %H:%M:%S"))
            events[topic] = (whole * 10**9 + int(fraction.ljust(9, "0")), content)
    return events


def wait(container, topic):
    for _ in range(200 * int(os.environ["PATIENCE"])):
        if topic in (events := containerd(container)):
            return events
        time.sleep(0.01)
    sys.exit(f"containerd sent no {topic}")


def docker_says(*words):
    return subprocess.run(["docker", *words], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


container = docker_says("inspect", "-f", "{{.Id}}", name)
bundle = wait(container, "/tasks/start")["/tasks/create"][1]["bundle"]
for key, file in (("bundled", "config.json"), ("shim", "shim-binary-path"), ("runc", "log.json")):
    found[key] = os.stat(f"{bundle}/{file}").st_mtime_ns
config = open(f"{bundle}/config.json").read()
found["told"] = time.time_ns()
docker.communicate(b"go on\n")
found["returned"] = time.time_ns()

events = wait(container, "/tasks/exit")
of_containerd = {"/containers/create": "handed-over", "/tasks/create": "prepared", "/tasks/start": "started",
                 "/tasks/exit": "exited"}
for topic, key in of_containerd.items():
    found[key] = events[topic][0]
of_engine = {"container create": "created", "container attach": "attached", "network connect": "connected",
             "container start": "announced", "container die": "died", "network disconnect": "disconnected",
             "container destroy": "destroyed"}
told = docker_says("events", "--since", f"{begun // 10**9}", "--until", f"{time.time():.9f}", "--format", "{{json .}}")
for event in map(json.loads, told.splitlines()):
    key = of_engine.get(f"{event['Type']} {event['Action']}")
    if key and container in (event["Actor"]["ID"], event["Actor"]["Attributes"].get("container")):
        found[key] = event["timeNano"]
open(f"{os.path.dirname(listening)}/config.json", "w").write(config)
for key, at in found.items():
    print(f"{network}-{key} {(at - begun) / 1e9:.6f}")
END
}

for network in bridge none; do
    steps "$network" | while read -r metric seconds; do sample "$metric" "$seconds"; done
done
kill "$listener"

# What does runc do for the engine that it does not do by itself? The configuration that the engine wrote, given to runc
# by hand: without the engine's mounts and hook; then also without the filter of system calls; then with the filter and
# a hook that starts the engine's program, which ends at once. The engine's own hook is that program too, and moves the
# container's end of the network into it; a later engine may use none, and then the last is not sampled.
"$CVM_PYTHON" -I -S - "$WORK" "$RUN" "$PWD/rootfs" <<'END'
import json, os, sys

work, run, root = sys.argv[1:]
config = json.load(open(f"{work}/config.json"))
hooks = [hook for kind in (config.pop("hooks", None) or {}).values() for hook in kind]
config["root"] = {"path": root, "readonly": True}
config["process"]["args"] = ["echo", "ready"]
config["mounts"] = [mount for mount in config["mounts"] if mount["type"] != "bind"]
config["linux"]["cgroupsPath"] = f"/{run}"
variants = {"filter": config, "plain": config | {"linux": {k: v for k, v in config["linux"].items() if k != "seccomp"}}}
if hooks:
    variants["hook"] = config | {"hooks": {"prestart": [{"path": hooks[0]["path"], "args": ["dockerd", "--version"]}]}}
for name, content in variants.items():
    os.mkdir(f"{work}/{name}")
    json.dump(content, open(f"{work}/{name}/config.json", "w"))
END
for variant in plain filter hook; do
    if [ -d "$WORK/$variant" ]; then
        first_line "runc-$variant" runc --root "$WORK/runc" run --bundle "$WORK/$variant" "$RUN"
    fi
done
