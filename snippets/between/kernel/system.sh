#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

make-system "$WORK/lxc" "$RUN"
# --8<-- [start:show]
up=$(cut -d . -f 1 /proc/uptime)
lxc-start -P "$WORK/lxc" -n "$RUN"
lxc-attach -P "$WORK/lxc" -n "$RUN" -- sh -s "$up" <"$HERE/ask"
# --8<-- [end:show]
