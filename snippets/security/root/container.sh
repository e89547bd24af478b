#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:show]
# a file that root keeps from all others
(umask 077 && echo secret >"$WORK/file")
docker run -d --name "$RUN" --network none -v "$WORK/file:/file:ro" \
    cvm-lab sleep 600 >/dev/null
pid=$(docker inspect -f '{{.State.Pid}}' "$RUN")
echo "user number inside: $(docker exec "$RUN" id -u)"
echo "user number on the host: $(ps -o uid= -p "$pid" | tr -d ' ')"
echo "map of user numbers: $(awk '{print $1, $2, $3}' "/proc/$pid/uid_map")"
echo "reads root's file: $(docker exec "$RUN" cat /file)"
# --8<-- [end:show]
