#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# shellcheck disable=SC2016 # the guest is to expand it
# --8<-- [start:start]
qemu-system-x86_64 -M q35 -accel "$ACCEL" -smp 2 -m 128 \
    -name guest,debug-threads=on -nodefaults -display none \
    -serial "file:$WORK/console" -kernel vmlinuz -initrd initramfs.gz \
    -append 'console=ttyS0 no_timer_check panic=-1 loglevel=1
    run="echo processes called qemu: $(ps -o comm | grep -c qemu)
    while sleep 1; do echo alive; done"' &
vm=$!
# --8<-- [end:start]
wait_for 30 grep -q alive "$WORK/console"

# --8<-- [start:process]
ps -o comm= -p "$vm"
# --8<-- [end:process]

# --8<-- [start:threads]
cat /proc/"$vm"/task/*/comm | grep CPU | sort
# --8<-- [end:threads]

# --8<-- [start:inside]
grep qemu "$WORK/console"
# --8<-- [end:inside]

# --8<-- [start:kill]
{ kill -KILL "$vm"; wait "$vm"; } 2>/dev/null ||
    echo "the VM ended with $?"
# --8<-- [end:kill]
lines=$(wc -l <"$WORK/console")
sleep 2
[ "$(wc -l <"$WORK/console")" = "$lines" ] # the guest writes no more
