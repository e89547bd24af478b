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

# The disk's file was read in the round before, and is in the host's page cache as the image's files are.
start=$EPOCHREALTIME
{
    # --8<-- [start:show]
    qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 512 -smp 1 \
        -drive file=debian.ext4,if=virtio,format=raw,snapshot=on \
        -nodefaults -no-user-config -display none -serial stdio \
        -no-reboot -kernel vmlinuz -initrd initramfs.gz \
        -append 'console=ttyS0 no_timer_check panic=-1 loglevel=1
        systemd.show_status=0 disk=vda
        run="systemctl is-system-running --wait; echo ready"'
    # --8<-- [end:show]
} | until_ready system
