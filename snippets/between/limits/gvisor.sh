#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:show]
make-bundle "$WORK/bundle" sh -c 'ulimit -u 32; exec sh -s'
./runsc --root "$WORK/runsc" --platform systrap --network none \
    --ignore-cgroups run --bundle "$WORK/bundle" "$RUN" <"$HERE/greedy"
# --8<-- [end:show]
