#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:detect]
docker run --rm --network none cvm-debian sh -c '
    echo "a container: $(systemd-detect-virt --container)"
    echo "a VM: $(systemd-detect-virt --vm)"'
# --8<-- [end:detect]

# --8<-- [start:traces]
docker run --rm --network none -v "$HERE/traces:/traces:ro" \
    cvm-lab sh /traces
# --8<-- [end:traces]
