#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:show]
# QEMU with its libraries is the host's, and the lab's VM the usual one
given=(-v /usr:/usr:ro -v "$PWD:/lab:ro" -w /lab -e "ACCEL=$ACCEL")
for directory in /lib /lib64; do given+=(-v "$directory:$directory:ro"); done
# software emulation needs no device, hardware virtualisation this one
[ "$ACCEL" != kvm ] || given+=(--device /dev/kvm)
docker run --rm --network none "${given[@]}" cvm-lab sh -c '
    echo "the container, on the kernel $(uname -r)"
    qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 \
        -nodefaults -display none -serial stdio -no-reboot \
        -kernel vmlinuz -initrd initramfs.gz \
        -append "console=ttyS0 no_timer_check panic=-1 loglevel=1
        run=\"echo the VM, on the kernel \$(uname -r)\"" </dev/null'
# --8<-- [end:show]
