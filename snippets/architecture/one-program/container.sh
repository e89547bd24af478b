#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:image]
tar -cf "$WORK/one.tar" busybox
tar -tf "$WORK/one.tar"
docker import "$WORK/one.tar" "$RUN-one" >/dev/null
# --8<-- [end:image]

# --8<-- [start:run]
docker run --rm "$RUN-one" /busybox uname -r
# --8<-- [end:run]
