#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:show]
# opened for writing and closed again: no byte is written
docker run --rm --network none cvm-lab \
    sh -c 'true >>/proc/sysrq-trigger' || true
# --8<-- [end:show]
