#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

mkfifo "$WORK"/qmp.{in,out}
truncate --size=1M "$WORK/disk"
# shellcheck disable=SC2016 # the guest is to expand it
work='echo out; dd if=/dev/zero of=/dev/vda bs=64k count=1 2>/dev/null
    sync; echo $(head -n 3 /proc/meminfo); exec sleep 600'

# --8<-- [start:start]
qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 \
    -drive "file=$WORK/disk,format=raw,if=virtio" \
    -nodefaults -display none -serial "file:$WORK/console" \
    -qmp "pipe:$WORK/qmp" -kernel vmlinuz -initrd initramfs.gz \
    -append "console=ttyS0 no_timer_check panic=-1 loglevel=1 run=\"$work\"" &
# --8<-- [end:start]
vm=$!
exec 3<>"$WORK/qmp.in" 4<>"$WORK/qmp.out"
tell() { # JSON: one command, and its answer, without the events in between
    local line
    echo "$1" >&3
    while read -r -t "$(patient 30)" line <&4; do
        case $line in *'"return"'* | *'"error"'*) break ;; esac
    done
    echo "$line"
}
tell '{"execute": "qmp_capabilities"}' >/dev/null
wait_for 30 grep -q MemTotal "$WORK/console"

# --8<-- [start:logs]
grep out "$WORK/console"
# --8<-- [end:logs]

# --8<-- [start:metrics]
tell '{"execute": "query-memory-size-summary"}'
tell '{"execute": "query-blockstats"}' |
    grep -o '"wr_bytes": [0-9]*' | tail -n 1
# only the guest can say what it uses of its memory
grep MemTotal "$WORK/console"
# --8<-- [end:metrics]

# --8<-- [start:state]
tell '{"execute": "query-status"}' | grep -o '"status": "[a-z]*"'
ps -o comm= -p "$vm" # the host sees QEMU
# --8<-- [end:state]
kill "$vm"
wait "$vm"
