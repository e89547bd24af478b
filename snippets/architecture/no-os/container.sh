#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:show]
install -m 755 memtest.bin "$WORK/memtest.bin"
docker run --rm -v "$WORK/memtest.bin:/memtest.bin:ro" \
    cvm-lab /memtest.bin >"$WORK/said" 2>&1 ||
    grep -o 'exec format error' "$WORK/said"
# --8<-- [end:show]
