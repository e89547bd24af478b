#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# shellcheck disable=SC2016 # the guest is to expand it
# --8<-- [start:show]
# the guest is shown a processor of 2008 that has the flaw
qemu-system-x86_64 -M q35 -accel "$ACCEL" -cpu Nehalem -m 128 \
    -nodefaults -display none -serial stdio -no-reboot \
    -kernel vmlinuz -initrd initramfs.gz \
    -append 'console=ttyS0 no_timer_check panic=-1 loglevel=1 run="
    cd /sys/devices/system/cpu/vulnerabilities
    echo the guest says: $(cat l1tf)"'
# --8<-- [end:show]
