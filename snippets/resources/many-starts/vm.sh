#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# The frequency of the processor's counter: see resources/startup-vm.
khz=$(awk '/^cpu MHz/ {printf "%d", $4 * 1000; exit}' /proc/cpuinfo)
khz=${khz:-2000000}

# bash does not wait for what stands in <(…): the VM goes on.
# --8<-- [start:show]
head -n 1 < <(qemu-system-x86_64 -M microvm -accel "$ACCEL" -m 128 \
    -smp 1 -nodefaults -no-user-config -display none -serial stdio \
    -no-reboot -pidfile "$WORK/1.pid" \
    -kernel vmlinuz -initrd initramfs.gz \
    -append "console=ttyS0 no_timer_check panic=-1 loglevel=1
        edd=off tsc_early_khz=$khz
    run=\"echo ready; sleep 600\"")
# --8<-- [end:show]
first=$(cat "$WORK/1.pid")
kill "$first"
gone() { ! kill -0 "$first" 2>/dev/null; }
wait_for 10 gone # it holds a lock on that file

# The same VM N times. The kernel and the initramfs were read a moment ago and are in the page cache.
vm=(qemu-system-x86_64 -M microvm -accel "$ACCEL" -m 128
    -smp 1 -nodefaults -no-user-config -display none -serial stdio
    -no-reboot -pidfile "$WORK/{}.pid"
    -kernel vmlinuz -initrd initramfs.gz
    -append "console=ttyS0 no_timer_check panic=-1 loglevel=1 edd=off tsc_early_khz=$khz
        run=\"echo ready; sleep 600\"")
stopwatch=("$CVM_PYTHON" -I -S "$CVM_LAB/stopwatch.py")
# Without hardware virtualisation 32 would keep two processors busy for minutes.
if [ "$ACCEL" = kvm ]; then
    full="1 4 8 16 32"
else
    full="1 2 4 8"
fi

# Those that start in turn are counted on the way: the first 2 of 8 are 2 that were started in turn.
counts=$(by_effort 1 "$full")
"${stopwatch[@]}" --in-turn "${counts// /,}" "${vm[@]}" >"$WORK/in-turn"
while read -r count seconds; do sample "in-turn@$count" "$seconds"; done <"$WORK/in-turn"
# One at once is one in turn.
for count in $(by_effort 2 "${full#1 }"); do
    seconds=$("${stopwatch[@]}" --at-once "$count" "${vm[@]}")
    sample "at-once@$count" "$seconds"
done
