#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# shellcheck disable=SC2016 # the guest is to expand it
# --8<-- [start:start]
qemu-system-x86_64 -M q35,memory-backend=ram -accel "$ACCEL" -m 128 \
    -object memory-backend-file,id=ram,size=128M,share=on,\
mem-path="$WORK/ram" \
    -nodefaults -display none -serial "file:$WORK/console" \
    -kernel vmlinuz -initrd initramfs.gz \
    -append 'console=ttyS0 no_timer_check panic=-1 loglevel=1
    run="secret=$(echo drowssap-s-tseug-eht | rev)
    echo ready; sleep 600; echo $secret"' &
vm=$!
# --8<-- [end:start]
wait_for 30 grep -a -q ready "$WORK/console"
# The word came from nowhere else: neither QEMU's command line nor the console has it.
if grep -a the-guest-s-password "/proc/$vm/cmdline" "$WORK/console"; then
    exit 1
fi

# --8<-- [start:mapped]
grep -A 1 "$WORK/ram" "/proc/$vm/smaps" | grep Size
# --8<-- [end:mapped]

# --8<-- [start:read]
grep -a -o the-guest-s-password "$WORK/ram" | sort -u
# --8<-- [end:read]
kill "$vm"
wait "$vm"
