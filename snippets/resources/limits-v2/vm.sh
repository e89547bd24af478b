#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# shellcheck disable=SC2016 # the guest's shell expands it
# --8<-- [start:show]
qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 256 -smp 1 \
    -nodefaults -display none -serial stdio -no-reboot \
    -kernel vmlinuz -initrd initramfs.gz \
    -append 'console=ttyS0 no_timer_check panic=-1 loglevel=0
    run="mount -t cgroup2 none /sys/fs/cgroup; cd /sys/fs/cgroup
    echo +cpu +memory +pids >cgroup.subtree_control; mkdir a b c 100 50

    echo 50000 100000 >a/cpu.max
    (echo 0 >a/cgroup.procs; time timeout 2 md5sum /dev/zero)
    grep -e nr_periods -e nr_throttled a/cpu.stat

    echo 64M >b/memory.max
    (echo 0 >b/cgroup.procs; dd if=/dev/zero of=/dev/null bs=128M count=1
    echo ended with $?)
    grep -w oom_kill b/memory.events; cat b/memory.peak

    echo 32 >c/pids.max
    (echo 0 >c/cgroup.procs; i=0
    while i=$((i+1)); do echo $i processes; sleep 9 >/dev/null & done) |
        tail -n 1

    for w in 100 50; do
        echo $w >$w/cpu.weight
        (echo 0 >$w/cgroup.procs; timeout 2 md5sum /dev/zero) &
    done; wait
    grep usage_usec 100/cpu.stat 50/cpu.stat"' |
    tee "$WORK/out"
# --8<-- [end:show]

# What the serial console carried, without its carriage returns.
tr -d '\r' <"$WORK/out" >"$WORK/lines"

# word NAME FIELD: that field of the line that begins with NAME
word() {
    awk -v name="$1" -v field="$2" '$1 == name {print $field; found = 1} END {exit !found}' "$WORK/lines"
}

# clock WORD…: the sum of these lines of busybox's time, which counts hundredths of a second
clock() {
    for name; do word "$name" 3; done | awk '{sum += $1} END {printf "%.2f\n", sum}'
}
sample limited-used "$(clock user sys)"
sample limited-window "$(clock real)"
sample periods "$(word nr_periods 2)"
sample throttled "$(word nr_throttled 2)"
sample memory-peak "$(awk '/^[0-9]+$/' "$WORK/lines")"
sample processes "$(awk '$2 == "processes" {print $1}' "$WORK/lines")"
for weight in 100 50; do
    sample "weight-$weight" "$(word "$weight/cpu.stat:usage_usec" 2 | awk '{printf "%.6f\n", $1 / 1e6}')"
done
