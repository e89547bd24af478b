#!/usr/bin/env bash
# shellcheck disable=SC2086 # two of the clients' options are two words
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# The client's end is measured: by a client on the host, and for the container
# without a network by one inside.
amount=$(by_effort '--bytes 8M' '--time 1')
time=$(by_effort 0.2 1)
source "$CVM_LAB/network.sh"

# --8<-- [start:server]
export TMPDIR=/tmp # a directory that also exists below tools
c=$(docker run --rm -d -p 127.0.0.1::5201 -p 127.0.0.1::5001 cvm-tools \
    sh -c 'iperf3 --server & exec iperf --server')
# --8<-- [end:server]
# Both listen, seen in the container's own network namespace, where nothing else does.
# shellcheck disable=SC2016 # the container's shell expands it
ready='[ "$(cat /proc/net/tcp /proc/net/tcp6 | grep -c " 0A ")" = 2 ]'
wait_for 10 docker exec "$c" sh -c "$ready"

# iperf's client waits no longer for an answer than half of --interval, and then for ever; SIGTERM does not end it.
chroot() { within 60 chroot "$@"; }

# --8<-- [start:bridge]
address=$(docker inspect \
    -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$c")
chroot tools iperf3 --client "$address" --port 5201 \
    ${amount:---time 1} --json >"$WORK/stream"
chroot tools iperf --client "$address" --port 5001 \
    --bounceback --bounceback-period 0 --interval 60 \
    --time "${time:-1}" >"$WORK/trips"
# --8<-- [end:bridge]
reading bridge

# --8<-- [start:published]
p1=$(docker port "$c" 5201 | cut -d : -f 2)
p2=$(docker port "$c" 5001 | cut -d : -f 2)
pgrep -f "docker-proxy .*-host-port $p1 " >/dev/null &&
    echo 'a docker-proxy passes on what comes to this port'
chroot tools iperf3 --client 127.0.0.1 --port "$p1" \
    ${amount:---time 1} --json >"$WORK/stream"
chroot tools iperf --client 127.0.0.1 --port "$p2" \
    --bounceback --bounceback-period 0 --interval 60 \
    --time "${time:-1}" >"$WORK/trips"
# --8<-- [end:published]
reading published
docker rm -f "$c" >/dev/null

read -r p1 p2 < <(held_ports 2)
# --8<-- [start:host]
: "${p1:=5201}" "${p2:=5001}" # two ports that are free
docker run --rm -d --name "$RUN-host" --network host cvm-tools \
    sh -c "iperf3 --server --bind 127.0.0.1 --port $p1 &
    exec iperf --server --bind 127.0.0.1 --port $p2" >"$WORK/id"
# --8<-- [end:host]
wait_for 10 listening "$p1" "$p2"
# --8<-- [start:host-client]
chroot tools iperf3 --client 127.0.0.1 --port "$p1" \
    ${amount:---time 1} --json >"$WORK/stream"
chroot tools iperf --client 127.0.0.1 --port "$p2" \
    --bounceback --bounceback-period 0 --interval 60 \
    --time "${time:-1}" >"$WORK/trips"
# --8<-- [end:host-client]
reading host
docker rm -f "$RUN-host" >/dev/null

# --8<-- [start:none]
docker run --rm -d --name "$RUN-none" --network none cvm-tools \
    sh -c 'iperf3 --server & exec iperf --server' >"$WORK/id"
# --8<-- [end:none]
wait_for 10 docker exec "$RUN-none" sh -c "$ready"
# --8<-- [start:none-client]
docker exec "$RUN-none" iperf3 --client 127.0.0.1 --port 5201 \
    ${amount:---time 1} --json >"$WORK/stream"
docker exec "$RUN-none" iperf --client 127.0.0.1 --port 5001 \
    --bounceback --bounceback-period 0 --interval 60 \
    --time "${time:-1}" >"$WORK/trips"
# --8<-- [end:none-client]
reading none
docker rm -f "$RUN-none" >/dev/null
