#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:show]
qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 \
    -cpu qemu64,model-id='A CPU by any name' -smp 3 \
    -device virtio-rng-pci -device virtio-balloon-pci \
    -nodefaults -display none -serial stdio -no-reboot \
    -kernel vmlinuz -initrd initramfs.gz \
    -append 'console=ttyS0 no_timer_check panic=-1 loglevel=1
    run="cat /sys/class/dmi/id/sys_vendor
    grep MemTotal /proc/meminfo; grep -E ^model.name /proc/cpuinfo
    cat /sys/bus/pci/devices/*/uevent | grep -E ^PCI_ID"'
# --8<-- [end:show]
