#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:files]
echo busybox | cpio -o -H newc --quiet >"$WORK/one.cpio"
cpio -t --quiet <"$WORK/one.cpio"
# --8<-- [end:files]

# --8<-- [start:run]
qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 \
    -nodefaults -display none -serial stdio -no-reboot \
    -kernel vmlinuz -initrd "$WORK/one.cpio" \
    -append 'console=ttyS0 no_timer_check panic=-1 loglevel=0
        rdinit=/busybox --
    sh -c "/busybox uname -r; /busybox poweroff -f"'
# --8<-- [end:run]
