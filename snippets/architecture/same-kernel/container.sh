#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:show]
docker run --rm cvm-lab \
    sh -c 'uname -r; cat /proc/sys/kernel/random/boot_id'
# --8<-- [end:show]
