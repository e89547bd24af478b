#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:show]
(cd "$HERE" && echo greedy | cpio -o -H newc --quiet) | gzip -n |
    cat initramfs.gz - >"$WORK/initrd"
qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 \
    -nodefaults -display none -serial stdio -no-reboot \
    -kernel vmlinuz -initrd "$WORK/initrd" \
    -append 'console=ttyS0 no_timer_check panic=-1 loglevel=1
    run="sh /greedy"'
# --8<-- [end:show]
