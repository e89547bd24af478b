#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:show]
qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 512 \
    -drive file=debian.ext4,if=virtio,format=raw,snapshot=on \
    -nodefaults -display none -serial stdio -no-reboot \
    -kernel vmlinuz -initrd initramfs.gz \
    -append 'console=ttyS0 no_timer_check panic=-1 loglevel=1
    systemd.show_status=0 disk=vda
    run="systemctl is-system-running --wait
    grep PRETTY_NAME /etc/os-release; cat /proc/1/comm
    systemctl list-units --type=service --state=running --plain \
        --no-legend | cut -d . -f 1"'
# --8<-- [end:show]
