#!/usr/bin/env bash
# shellcheck disable=SC2086 # two of the clients' options are two words
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# The client's end is measured here and on the other sides. Client and server share
# the processors of the host.
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

read -r p1 p2 < <(ports 2)
# --8<-- [start:server]
export TMPDIR=/tmp # a directory that also exists below tools
: "${p1:=5201}" "${p2:=5001}" # two ports that are free
chroot tools iperf3 --server --bind 127.0.0.1 --port "$p1" >"$WORK/1" 2>&1 &
chroot tools iperf --server --bind 127.0.0.1 --port "$p2" >"$WORK/2" 2>&1 &
# --8<-- [end:server]
trap 'kill $(jobs -p)' EXIT
wait_for 10 listening "$p1" "$p2"
# --8<-- [start:loopback]
chroot tools iperf3 --client 127.0.0.1 --port "$p1" \
    ${amount:---time 1} --json >"$WORK/stream"
chroot tools iperf --client 127.0.0.1 --port "$p2" \
    --bounceback --bounceback-period 0 --time "${time:-1}" >"$WORK/trips"
# --8<-- [end:loopback]
reading loopback
