#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# Processor 0 of the host alone for all of QEMU, as for the other sides: what its
# threads take is not the guest's. `-cpu max` is the host's processor under KVM.
# --8<-- [start:show]
taskset -c 0 qemu-system-x86_64 -M q35 -accel "$ACCEL" -cpu max \
    -smp 1 -m 512 \
    -drive file=tools.ext4,if=virtio,format=raw,snapshot=on \
    -nodefaults -display none -serial stdio -no-reboot \
    -kernel vmlinuz -initrd initramfs.gz \
    -append 'console=ttyS0 no_timer_check panic=-1 loglevel=1 disk=vda
    run="sysbench cpu --time=1 run
    sysbench memory --time=1 \
        --memory-total-size=1T --memory-oper=write \
        --memory-block-size=128M run
    sysbench memory --time=1 \
        --memory-total-size=1T --memory-oper=read --memory-access-mode=rnd \
        --memory-block-size=16M run"' >"$WORK/all"
grep -o -e 'events per.*' -e '[^ ]* MiB tra.*' "$WORK/all" | tr -s ' '
# --8<-- [end:show]

"$CVM_PYTHON" -I -S "$CVM_LAB/sysbench.py" primes write read <"$WORK/all" >"$WORK/readings"
samples <"$WORK/readings"
