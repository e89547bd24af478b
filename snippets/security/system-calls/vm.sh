#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:build]
cc -O -static -nostdlib -ffreestanding -o "$WORK/probe" "$HERE/probe.c"
(cd "$WORK" && echo probe | cpio -o -H newc --quiet) | gzip -n |
    cat initramfs.gz - >"$WORK/initrd"
# --8<-- [end:build]

# --8<-- [start:run]
qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 \
    -nodefaults -display none -serial stdio -no-reboot \
    -kernel vmlinuz -initrd "$WORK/initrd" \
    -append 'console=ttyS0 no_timer_check panic=-1 loglevel=1
        run="exec /probe"' |
    tr -d '\r' | grep -E '^[0-9]+ [0-9]+$' >"$WORK/own"
# --8<-- [end:run]

# --8<-- [start:sort]
# there is one run only, and no filter
awk -f "$HERE/sort.awk" "$CVM_LAB/system-calls" "$WORK/own" "$WORK/own"
# --8<-- [end:sort]

while read -r number answer; do sample "free@$number" "$answer"; done <"$WORK/own"
