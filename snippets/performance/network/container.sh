#!/usr/bin/env bash
# shellcheck disable=SC2086 # two of the clients' options are two words
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# The client's end is measured: by a client on the host, and for the container
# without a network by one inside.
amount=$(by_effort '--bytes 8M' '--time 1')
time=$(by_effort 0.2 1)
# ports COUNT: print as many ports of 127.0.0.1 that nothing listens on.
ports() {
    "$CVM_PYTHON" -I -S -c 'import socket, sys
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
found = [server.getsockname()[1] for server in held]
for server in held:
    server.close() # before the numbers are told, since they are used at once
print(*found)' "$1"
}
# listening PORT…: whether something listens on each of the ports, in this network namespace.
listening() {
    local port
    for port; do
        grep -q "$(printf ':%04X 0.* 0A ' "$port")" /proc/net/tcp /proc/net/tcp6 || return 1
    done
}
# reading PLACE: sample what the two clients wrote. iperf gives the round trips a
# second, one after the other; a round trip takes the inverse.
reading() {
    sample "stream-$1" "$("$CVM_PYTHON" -I -S "$CVM_LAB/readings.py" iperf3 <"$WORK/stream")"
    sample "trip-$1" "$(awk '$NF == "rps" {trip = 1 / $(NF - 1)} END {printf "%.9f", trip}' "$WORK/trips")"
}

# --8<-- [start:server]
export TMPDIR=/tmp # a directory that also exists below tools
c=$(docker run --rm -d -p 127.0.0.1::5201 -p 127.0.0.1::5001 cvm-tools \
    sh -c 'iperf3 --server & exec iperf --server')
# --8<-- [end:server]
# Both listen, seen in the container's own network namespace, where nothing else does.
# shellcheck disable=SC2016 # the container's shell expands it
ready='[ "$(cat /proc/net/tcp /proc/net/tcp6 | grep -c " 0A ")" = 2 ]'
wait_for 10 docker exec "$c" sh -c "$ready"

# --8<-- [start:bridge]
address=$(docker inspect \
    -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$c")
chroot tools iperf3 --client "$address" --port 5201 \
    ${amount:---time 1} --json >"$WORK/stream"
chroot tools iperf --client "$address" --port 5001 \
    --bounceback --bounceback-period 0 --time "${time:-1}" >"$WORK/trips"
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
    --bounceback --bounceback-period 0 --time "${time:-1}" >"$WORK/trips"
# --8<-- [end:published]
reading published
docker rm -f "$c" >/dev/null

read -r p1 p2 < <(ports 2)
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
    --bounceback --bounceback-period 0 --time "${time:-1}" >"$WORK/trips"
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
    --bounceback --bounceback-period 0 --time "${time:-1}" >"$WORK/trips"
# --8<-- [end:none-client]
reading none
docker rm -f "$RUN-none" >/dev/null
