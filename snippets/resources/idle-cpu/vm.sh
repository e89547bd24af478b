#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:start]
qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 \
    -nodefaults -display none -serial "file:$WORK/console" \
    -kernel vmlinuz -initrd initramfs.gz \
    -append 'console=ttyS0 no_timer_check panic=-1 loglevel=1
    run="echo ready; exec sleep 600"' &
vm=$!
# --8<-- [end:start]
wait_for 60 grep -q ready "$WORK/console"

# --8<-- [start:read]
# PID…: the CPU time of processes, threads that have ended included:
# each process has a clock, whose number is made from its own
processes() {
    python3 -c 'import sys, time
print(sum(time.clock_gettime_ns((~int(pid) << 3) | 2)
          for pid in sys.argv[1:]))' "$@"
}
cat "/proc/$vm/comm"
# --8<-- [end:read]
read_all() {
    echo "$(processes "$vm") ${EPOCHREALTIME/./}000"
}

sleep "$(by_effort 0.5 1)" # what starts a VM settles
before=$(read_all)
sleep "$(by_effort 2 6)"
after=$(read_all)
read -r qemu window < <(awk '{if (NR == 1) split($0, a); else for (i = 1; i <= NF; i++)
    printf "%.9f ", ($i - a[i]) / 1e9} END {print ""}' <<<"$before"$'\n'"$after")
sample qemu "$qemu"
sample window "$window"
kill "$vm"
wait "$vm"
