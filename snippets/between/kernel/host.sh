#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:show]
up=$(cut -d . -f 1 /proc/uptime)
./busybox sh "$HERE/ask" "$up"
# --8<-- [end:show]
