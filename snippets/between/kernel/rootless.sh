#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:show]
up=$(cut -d . -f 1 /proc/uptime)
podman run --rm -i --network none cvm-lab sh -s "$up" <"$HERE/ask"
# --8<-- [end:show]
