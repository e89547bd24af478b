#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

make-system "$WORK/lxc" "$RUN"
# --8<-- [start:show]
lxc-start -P "$WORK/lxc" -n "$RUN"
lxc-attach -P "$WORK/lxc" -n "$RUN" -- \
    sh -c 'sleep 600; true' "$RUN" >/dev/null &
# --8<-- [end:show]
wait_for 15 pgrep -f -x "sh -c sleep 600; true $RUN"

# --8<-- [start:look]
sh "$HERE/look" "sh -c sleep 600; true $RUN"
init=$(lxc-info -P "$WORK/lxc" -n "$RUN" --pid --no-humanize)
monitor=$(ps -o ppid= -p "$init" | tr -d ' ')
echo "beside it: $(ps -o comm= -p "$init")," \
    "$(ps -o args= -p "$monitor" | grep -o 'lxc monitor')"
# --8<-- [end:look]
lxc-stop -P "$WORK/lxc" -n "$RUN" --kill
