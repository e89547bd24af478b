#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:cmdline]
docker run --rm cvm-lab cat /proc/cmdline >"$WORK/cmdline"
cmp /proc/cmdline "$WORK/cmdline" && echo "the host's"
# --8<-- [end:cmdline]

# --8<-- [start:module]
docker run --rm -v "$PWD/modules/lib/modules:/lib/modules:ro" cvm-lab \
    insmod /lib/modules/spare.ko || true
# --8<-- [end:module]
