#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

mkfifo "$WORK"/qmp.{in,out} "$WORK"/console.{in,out}
work='echo first >/dev/vda; sync; echo written; read go
    echo second >/dev/vda; sync; echo changed; exec sleep 600'

# --8<-- [start:start]
truncate --size=16M "$WORK/disk" "$WORK/backup"
qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 \
    -drive "file=$WORK/disk,format=raw,if=virtio,node-name=disk" \
    -blockdev "driver=file,filename=$WORK/backup,node-name=backup" \
    -nodefaults -display none -serial "pipe:$WORK/console" \
    -qmp "pipe:$WORK/qmp" -kernel vmlinuz -initrd initramfs.gz \
    -append "console=ttyS0 no_timer_check panic=-1 loglevel=1 run=\"$work\"" &
# --8<-- [end:start]
vm=$!
exec 3<>"$WORK/qmp.in" 4<>"$WORK/qmp.out" 5<>"$WORK/console.in" 6<>"$WORK/console.out"
tell() { # JSON: one command, and its answer, without the events in between
    local line
    echo "$1" >&3
    while read -r -t "$(patient 30)" line <&4; do
        case $line in *'"return"'* | *'"error"'*) break ;; esac
    done
    echo "$line"
}
tell '{"execute": "qmp_capabilities"}' >/dev/null
within 30 grep -a -q -m 1 written <&6

# --8<-- [start:backup]
# the disk as it is at this moment, while the guest goes on
tell '{"execute": "blockdev-backup", "arguments": {"device": "disk",
    "target": "backup", "job-id": "job", "sync": "full"}}'
# --8<-- [end:backup]
# After the command the backup's moment is past: what the guest writes now is not in it.
echo go >&5
within 30 grep -a -q -m 1 changed <&6
finished() { tell '{"execute": "query-block-jobs"}' | grep -q '"return": \[\]'; }
wait_for 30 finished

# --8<-- [start:compare]
head -n 1 "$WORK/disk"
head -n 1 "$WORK/backup"
# --8<-- [end:compare]
kill "$vm"
wait "$vm"
