#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

pss() {
    local files=("${@/#//proc/}")
    cat "${files[@]/%//smaps_rollup}" | awk '/^Pss:/ {kib += $2} END {printf "%.0f\n", kib * 1024}'
}
cached() {
    awk '/^Cached:/ {printf "%.0f\n", $2 * 1024}' /proc/meminfo
}

# --8<-- [start:start]
head -c 64M /dev/urandom >"$WORK/data"
start() { # NUMBER
    mkfifo "$WORK/console-$1.in" "$WORK/console-$1.out"
    qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 256 \
        -drive "file=$WORK/data,if=virtio,format=raw,readonly=on" \
        -nodefaults -display none -serial "pipe:$WORK/console-$1" \
        -kernel vmlinuz -initrd initramfs.gz \
        -append 'console=ttyS0 no_timer_check panic=-1 loglevel=1
        run="echo ready; read go; exec 3</dev/vda; cat <&3 >/dev/null
        grep Buffers /proc/meminfo; exec sleep 600"' &
    vms+=($!)
}
start 1
start 2
# --8<-- [end:start]
for i in 1 2; do within 120 grep -a -q ready "$WORK/console-$i.out"; done
sleep 1 # what starts a VM settles

# --8<-- [start:drop]
# to the disk, and out of the page cache: this file and no other
dd of="$WORK/data" oflag=nocache conv=notrunc,fdatasync \
    count=0 status=none
fincore -n -r -o RES "$WORK/data"
# --8<-- [end:drop]

read_all() { # NUMBER: that have read the file
    sample "guests@$1" "$(pss "${vms[@]}")"
    sample "resident@$1" "$(fincore -b -n -r -o RES "$WORK/data")"
    sample "cached@$1" "$(cached)"
}
read_all 0
# What a guest has read of a disk, and not of a file on it, its kernel counts as Buffers; it keeps them as long as
# the disk is open.
# --8<-- [start:first]
go() { # NUMBER: let the guest read its disk
    echo go >"$WORK/console-$1.in"
    kib=$(grep -a -m 1 Buffers "$WORK/console-$1.out" | tr -dc 0-9)
    echo "guest $1 caches $(((kib + 512) >> 10)) MiB, the host"
    fincore -b -n -r -o RES "$WORK/data" |
        numfmt --to=iec --round=nearest # a page may have been reclaimed
}
go 1
# --8<-- [end:first]
read_all 1
sample guest-cache@1 $((kib * 1024))
# --8<-- [start:second]
go 2
# --8<-- [end:second]
read_all 2
sample guest-cache@2 $((kib * 1024))
kill "${vms[@]}"
wait "${vms[@]}"
