#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:show]
podman run -d --name "$RUN" --network none cvm-lab \
    sh -c 'sleep 600; true' "$RUN" >/dev/null
wait_for 20 pgrep -f -x "sh -c sleep 600; true $RUN" >/dev/null
sh "$HERE/look" "sh -c sleep 600; true $RUN"
monitor=$(podman inspect -f '{{.State.ConmonPid}}' "$RUN")
echo "beside it: $(ps -o comm= -p "$monitor")"
# --8<-- [end:show]
podman rm -f -t 0 "$RUN" >/dev/null
