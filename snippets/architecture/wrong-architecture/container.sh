#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:native]
tar -c busybox | docker import - "$RUN-native" >/dev/null
docker run --rm "$RUN-native" /busybox echo "it runs"
# --8<-- [end:native]

set +o pipefail # the next command is meant to fail
# --8<-- [start:arm64]
tar -c -C arm64 busybox | docker import - "$RUN-arm64" >/dev/null
docker run --rm "$RUN-arm64" /busybox echo "it runs" 2>&1 |
    grep -oE 'exec format error|it runs'
# --8<-- [end:arm64]
