#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:show]
stat --format='%n %s' rootfs.cpio.gz vmlinuz modules.cpio.gz
# --8<-- [end:show]

sample archive "$(stat --format=%s rootfs.cpio.gz)"
sample kernel "$(stat --format=%s vmlinuz)"
sample drivers "$(stat --format=%s modules.cpio.gz)"
