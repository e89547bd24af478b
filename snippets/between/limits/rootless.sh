#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:show]
podman run --rm -i --network none --ulimit nproc=32:32 \
    cvm-lab sh -s <"$HERE/greedy"
# --8<-- [end:show]
