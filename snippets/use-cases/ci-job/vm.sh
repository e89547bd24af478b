#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

source "$CVM_LAB/timed.sh"

# --8<-- [start:fresh]
mkdir "$WORK/src"
cp "$HERE"/{job,roman.awk,cases} "$WORK/src"
(cd "$WORK" && find src | cpio -o -H newc --quiet) |
    gzip | cat initramfs.gz - >"$WORK/job.gz"
vm() { # COMMAND
    qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 -smp 1 \
        -nodefaults -no-user-config -display none -serial stdio \
        -no-reboot -kernel vmlinuz -initrd "$WORK/job.gz" \
        -append "console=ttyS0 no_timer_check panic=-1 loglevel=1
            run=\"cd /src; $1\""
}
# --8<-- [end:fresh]
# --8<-- [start:jobs]
# timed: note the seconds until the line "ready", and until the end
timed vm 'sh job'
# --8<-- [end:jobs]
# --8<-- [start:kept]
# a fresh one again; and for comparison, a second job in the same VM
vm 'sh job; sh job'
# --8<-- [end:kept]
