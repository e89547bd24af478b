#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

mkfifo "$WORK"/{first,second}.monitor.{in,out}
# shellcheck disable=SC2016 # the guest is to expand it
count='n=0; while usleep 100000; do n=$((n + 1)); echo $n; done'

# --8<-- [start:start]
qemu-img create -q -f qcow2 "$WORK/disk.qcow2" 64M
start() { # NAME OPTIONS…: a VM that counts, its console and its monitor
    qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 \
        -drive "file=$WORK/disk.qcow2,if=virtio" \
        -nodefaults -display none -serial "file:$WORK/$1" \
        -monitor "pipe:$WORK/$1.monitor" \
        -kernel vmlinuz -initrd initramfs.gz \
        -append "console=ttyS0 no_timer_check panic=-1 loglevel=1
            run=\"$count\"" "${@:2}" &
}
start first
# --8<-- [end:start]
vm=$!
exec 3<>"$WORK/first.monitor.out" 4<>"$WORK/second.monitor.out"
wait_for 30 grep -q '^10' "$WORK/first"

# --8<-- [start:save]
echo savevm ten >"$WORK/first.monitor.in"
# --8<-- [end:save]
# The monitor takes the next command when the snapshot is written, and the guest goes on.
echo info version >"$WORK/first.monitor.in"
within 30 grep -a -q -m 1 '^[0-9]*\.[0-9]*\.[0-9]' <&3
lines=$(wc -l <"$WORK/first")
counted_on() { [ "$(wc -l <"$WORK/first")" -ge $((lines + 5)) ]; }
wait_for 30 counted_on

# --8<-- [start:kill]
{ kill -KILL "$vm"; wait "$vm"; } 2>/dev/null || true
qemu-img snapshot -l "$WORK/disk.qcow2" | awk 'NR > 2 {print $2}'
# --8<-- [end:kill]

# --8<-- [start:load]
start second -loadvm ten
# --8<-- [end:load]
vm=$!
went_on() { [ "$(wc -l <"$WORK/second")" -ge 5 ]; }
wait_for 30 went_on
{ kill -KILL "$vm"; wait "$vm"; } 2>/dev/null || true

# --8<-- [start:counter]
tail -n 2 "$WORK/first" | head -n 1 | # the last line may be cut short
    sed 's/^/killed at: /'
sed -n '2s/^/goes on at: /p' "$WORK/second"
# --8<-- [end:counter]
