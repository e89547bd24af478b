#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

mkdir "$WORK/runc" # where this is, the runner removes control groups that carry the run's id
docker save cvm-lab -o "$WORK/image.tar"
trap 'tail -n 20 "$WORK/log" >&2' ERR
# From here on, every docker command goes to a daemon of our own.
# --8<-- [start:boot]
export DOCKER_HOST="unix://$WORK/docker.sock"
boot() { # an engine of its own, in namespaces that end with it
    # and with a /run of its own, or it would use the machine's containerd
    unshare --net --mount --pid --fork --kill-child --mount-proc \
        sh -c 'mount -t tmpfs none /run; exec dockerd "$@"' sh \
        -H "$DOCKER_HOST" --data-root "$WORK/data" \
        --exec-root "$WORK/exec" --pidfile "$WORK/pid" \
        --exec-opt native.cgroupdriver=cgroupfs \
        --cgroup-parent "/$RUN" --bridge none --iptables=false \
        >>"$WORK/log" 2>&1 &
}
boot
# --8<-- [end:boot]
wait_for 20 docker version
docker load -q -i "$WORK/image.tar" >/dev/null

# --8<-- [start:start]
start() { # NAME POLICY
    docker run -d --name "$RUN-$1" --restart "$2" --network none \
        cvm-lab sleep 600 >/dev/null
}
start no no
start on-failure on-failure
start always always
start unless-stopped unless-stopped
start always-stopped always
start unless-stopped-stopped unless-stopped
docker stop -t 0 "$RUN-always-stopped" \
    "$RUN-unless-stopped-stopped" >/dev/null
# --8<-- [end:start]

# --8<-- [start:reboot]
# as a power cut: all that runs in there ends, and /run is lost
{ kill -KILL "$!"; wait "$!"; } 2>/dev/null || true
rm -r "$WORK/exec" "$WORK/pid"
boot
# --8<-- [end:reboot]
wait_for 20 docker version
running() { [ "$(docker ps -q | wc -l)" -ge "$1" ]; }
wait_for 10 running 3 || true
sleep 1

# --8<-- [start:after]
docker ps -a --format '{{.Names}}: {{.State}}' |
    sed "s/^$RUN-//" | sort
# --8<-- [end:after]
docker ps -a -q | xargs docker rm -f >/dev/null
{ kill -KILL "$!"; wait "$!"; } 2>/dev/null || true
# The engine's control groups: a power cut left some, which empty when the last process has died.
ungrouped() { find /sys/fs/cgroup -depth -path "*/$RUN*" -type d -exec rmdir {} +; }
wait_for 10 ungrouped
