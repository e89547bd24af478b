#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:inside]
docker run --rm cvm-lab ps -o pid,comm
# --8<-- [end:inside]

# --8<-- [start:outside]
c=$(docker run --rm -d cvm-lab sleep 600)
pid=$(docker inspect -f '{{.State.Pid}}' "$c")
ps -o comm= -p "$pid"
grep NSpid "/proc/$pid/status"
# --8<-- [end:outside]
