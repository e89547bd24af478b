#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:show]
docker run --rm --network none cvm-lab \
    cat /sys/devices/system/cpu/vulnerabilities/l1tf
# --8<-- [end:show]
