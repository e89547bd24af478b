#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:show]
docker run -d --name "$RUN" --network none cvm-lab \
    sh -c 'sleep 600; true' "$RUN" >/dev/null
wait_for 20 pgrep -f -x "sh -c sleep 600; true $RUN" >/dev/null
sh "$HERE/look" "sh -c sleep 600; true $RUN"
program=$(docker inspect -f '{{.State.Pid}}' "$RUN")
shim=$(ps -o ppid= -p "$program" | tr -d ' ')
echo "beside it: $(ps -o comm= -p "$shim")"
# --8<-- [end:show]
docker rm -f "$RUN" >/dev/null
