#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:show]
docker run --rm -i --network none --pids-limit 32 -m 32m \
    cvm-lab sh -s <"$HERE/greedy"
# --8<-- [end:show]
