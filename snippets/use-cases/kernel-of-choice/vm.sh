#!/usr/bin/env bash
# shellcheck disable=SC2016 # the guest's shell expands it
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:show]
before=$(cat /proc/sys/vm/mmap_min_addr)
qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 \
    -nodefaults -display none -serial stdio -no-reboot \
    -kernel vmlinuz -initrd initramfs.gz \
    -append 'console=ttyS0 no_timer_check panic=-1 loglevel=1
    run="echo release of its kernel: $(uname -r)
    insmod /lib/modules/spare.ko &&
        echo a kernel module: loaded || echo a kernel module: refused
    echo 0 >/proc/sys/vm/mmap_min_addr &&
        echo a kernel setting: changed, to $(cat /proc/sys/vm/mmap_min_addr)"' |
    tee "$WORK/out"
[ "$before" = "$(cat /proc/sys/vm/mmap_min_addr)" ] &&
    echo "that setting on the host: as before"
# --8<-- [end:show]

# --8<-- [start:compare]
guest=$(sed -n 's/^release of its kernel: \([^[:cntrl:]]*\).*/\1/p' "$WORK/out")
first=$(printf '%s\n' "$guest" "$(uname -r)" | sort -V | head -n 1)
[ "$first" = "$guest" ] && order=older || order=newer
[ "$guest" != "$(uname -r)" ] || order=equal
echo "the guest's kernel against the host's: $order"
# --8<-- [end:compare]
