#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:show]
up=$(cut -d . -f 1 /proc/uptime)
make-bundle "$WORK/bundle" sh -s "$up"
./runsc --root "$WORK/runsc" --platform systrap --network none \
    --ignore-cgroups run --bundle "$WORK/bundle" "$RUN" <"$HERE/ask"
# --8<-- [end:show]
