#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# until_ready METRIC: pass lines on, and sample the seconds from $start to the line "ready" by the shell's clock.
# A start takes seconds here, so the shown command is started once and is the one that is timed.
until_ready() {
    local line now=
    while IFS= read -r line; do
        case $line in *ready*) now=${now:-$EPOCHREALTIME} ;; esac
        printf '%s\n' "$line"
    done
    sample "$1" "$(awk -v a="$start" -v b="$now" 'BEGIN {printf "%.6f", b - a}')"
}

# The kernel would measure the frequency of the processor's counter against another clock, which a software emulation
# may not finish on -M microvm: it is told. The host's is the guest's.
khz=$(awk '/^cpu MHz/ {printf "%d", $4 * 1000; exit}' /proc/cpuinfo)

# The lab's files were read at the boot of the lab's probe, or at the last round: they are in the page cache.
start=$EPOCHREALTIME
{
    # --8<-- [start:microvm]
    qemu-system-x86_64 -M microvm -accel "$ACCEL" -m 128 -smp 1 \
        -nodefaults -no-user-config -display none -serial stdio \
        -no-reboot -kernel vmlinuz -initrd initramfs.gz \
        -append "console=ttyS0 no_timer_check panic=-1 loglevel=1 edd=off
        tsc_early_khz=${khz:-2000000}"' run="echo ready"'
    # --8<-- [end:microvm]
} | until_ready microvm

start=$EPOCHREALTIME
{
    # --8<-- [start:q35]
    qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 -smp 1 \
        -nodefaults -no-user-config -display none -serial stdio \
        -no-reboot -kernel vmlinuz -initrd initramfs.gz \
        -append 'console=ttyS0 no_timer_check panic=-1 loglevel=1
            run="echo ready"'
    # --8<-- [end:q35]
} | until_ready q35
