#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:boot]
truncate --size=1M "$WORK/disk"
host=$(cat /proc/sys/kernel/random/boot_id)
boot() { # KERNEL COMMAND: boot the VM's disk with a kernel of our choice
    qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 \
        -drive "file=$WORK/disk,format=raw,if=virtio" \
        -nodefaults -display none -serial stdio -no-reboot \
        -kernel "$1" -initrd initramfs.gz \
        -append "console=ttyS0 no_timer_check panic=-1 loglevel=1 run=\"$2\""
}
boot vmlinuz 'cat /proc/sys/kernel/random/boot_id
    echo kept >/dev/vda; sync'
# --8<-- [end:boot]

# --8<-- [start:again]
cp vmlinuz "$WORK/updated" # here the new kernel would be put
boot "$WORK/updated" 'cat /proc/sys/kernel/random/boot_id
    head -n 1 /dev/vda'
[ "$(cat /proc/sys/kernel/random/boot_id)" = "$host" ] &&
    echo 'the host has not been rebooted'
# --8<-- [end:again]
