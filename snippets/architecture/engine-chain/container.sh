#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:ancestors]
c=$(docker run --rm -d cvm-lab sleep 600)
first=$(docker inspect -f '{{.State.Pid}}' "$c")
pid=$first
while [ "$pid" -gt 1 ]; do
    ps -o comm= -p "$pid" | tee -a "$WORK/ancestors"
    pid=$(ps -o ppid= -p "$pid" | tr -d ' ')
done
# --8<-- [end:ancestors]

# --8<-- [start:absent]
for name in dockerd containerd runc; do
    grep -qx "$name" "$WORK/ancestors" || echo "$name: not an ancestor"
done
grep TracerPid "/proc/$first/status" # nor does anything trace it
# --8<-- [end:absent]
