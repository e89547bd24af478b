#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# timed COMMAND…: sample the seconds from its start to the line "ready" and to its end; print what it printed.
# By the shell's clock, which is read when the line has come: a job takes tenths of a second at least.
timed() {
    local line first=
    local start=$EPOCHREALTIME
    while IFS= read -r line; do
        case $line in *ready*) first=${first:-$EPOCHREALTIME} ;; esac
        printf '%s\n' "$line"
    done < <("$@")
    local end=$EPOCHREALTIME
    sample first-line "$(awk -v a="$start" -v b="$first" 'BEGIN {printf "%.6f", b - a}')"
    sample whole "$(awk -v a="$start" -v b="$end" 'BEGIN {printf "%.6f", b - a}')"
}

# --8<-- [start:fresh]
mkdir "$WORK/src"
cp "$HERE"/{job,roman.awk,cases} "$WORK/src"
(cd "$WORK" && find src | cpio -o -H newc --quiet) |
    gzip | cat initramfs.gz - >"$WORK/job.gz"
vm() { # COMMAND
    qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 -smp 1 \
        -nodefaults -no-user-config -display none -serial stdio \
        -no-reboot -kernel vmlinuz -initrd "$WORK/job.gz" \
        -append "console=ttyS0 loglevel=1 run=\"cd /src; $1\""
}
# --8<-- [end:fresh]
if [ "$EFFORT" = full ]; then
    timed vm 'sh job'
    exit
fi
# --8<-- [start:jobs]
vm 'sh job'
# --8<-- [end:jobs]
# --8<-- [start:kept]
# a fresh one again; and for comparison, a second job in the same VM
timed vm 'sh job; sh job'
# --8<-- [end:kept]
