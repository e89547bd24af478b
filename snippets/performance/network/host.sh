#!/usr/bin/env bash
# shellcheck disable=SC2086 # two of the clients' options are two words
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# The client's end is measured here and on the other sides. Client and server share
# the processors of the host.
amount=$(by_effort '--bytes 8M' '--time 1')
time=$(by_effort 0.2 1)
source "$CVM_LAB/network.sh"

read -r p1 p2 < <(held_ports 2)
# --8<-- [start:server]
export TMPDIR=/tmp # a directory that also exists below tools
: "${p1:=5201}" "${p2:=5001}" # two ports that are free
chroot tools iperf3 --server --bind 127.0.0.1 --port "$p1" >"$WORK/1" 2>&1 &
chroot tools iperf --server --bind 127.0.0.1 --port "$p2" >"$WORK/2" 2>&1 &
# --8<-- [end:server]
trap 'kill $(jobs -p)' EXIT
wait_for 10 listening "$p1" "$p2"
# iperf's client waits no longer for an answer than half of --interval, and then for ever; SIGTERM does not end it.
chroot() { within 60 chroot "$@"; }
# --8<-- [start:loopback]
chroot tools iperf3 --client 127.0.0.1 --port "$p1" \
    ${amount:---time 1} --json >"$WORK/stream"
chroot tools iperf --client 127.0.0.1 --port "$p2" \
    --bounceback --bounceback-period 0 --interval 60 \
    --time "${time:-1}" >"$WORK/trips"
# --8<-- [end:loopback]
reading loopback
