#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

: >"$WORK/console"
# --8<-- [start:show]
# A loop in the guest restarts a program that fails at its first start. Then
# the guest's kernel panics; panic=1 has it start again a second later.
qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 \
    -nodefaults -display none -serial "file:$WORK/console" \
    -kernel vmlinuz -initrd initramfs.gz \
    -append 'console=ttyS0 no_timer_check loglevel=1 panic=1 run="echo booted
    program() { [ -e /tmp/once ] || { touch /tmp/once; return 1; }; }
    until program; do echo program ended with $?: again; done
    echo program runs; echo c >/proc/sysrq-trigger"' 2>"$WORK/log" &
vm=$!
booted() { tr -d '\r' <"$WORK/console" | grep -c '^booted' || true; }
until [ "$(booted)" -ge 2 ]; do sleep 0.2; done
kill -0 "$vm" # the same QEMU all the time
tr -d '\r' <"$WORK/console" | grep -a -E '^(booted|program)' | head -n 4
kill "$vm"
# --8<-- [end:show]
