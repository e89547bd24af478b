#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:guest]
truncate --size=1M "$WORK/disk"
qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 \
    -drive "file=$WORK/disk,format=raw,if=none,id=disk" \
    -device virtio-blk-pci,drive=disk \
    -netdev user,id=net -device virtio-net-pci,netdev=net \
    -device virtio-rng-pci \
    -nodefaults -display none -serial stdio -no-reboot \
    -kernel vmlinuz -initrd initramfs.gz \
    -append 'console=ttyS0 no_timer_check panic=-1 loglevel=1
    run="ls -d /sys/bus/virtio/drivers/*/virtio*
    until [ -b /dev/vda ]; do sleep 0.1; done
    echo written by the guest >/dev/vda; sync"'
# --8<-- [end:guest]

# --8<-- [start:host]
head -n 1 "$WORK/disk"
# --8<-- [end:host]
