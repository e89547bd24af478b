#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:start]
qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 \
    -nodefaults -display none -serial "file:$WORK/console" \
    -kernel memtest.bin -append 'console=ttyS0,115200' &
vm=$!
# --8<-- [end:start]
wait_for 40 grep -a -q 'Memtest86+ v' "$WORK/console"

# --8<-- [start:console]
grep -a -o 'Memtest86+ v[0-9.]*' "$WORK/console" | sort -u
# --8<-- [end:console]
kill "$vm"
wait "$vm"
