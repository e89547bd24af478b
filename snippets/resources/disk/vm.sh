#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:overlays]
disks=()
for i in 1 2 3 4 5 6 7 8 9 10; do
    qemu-img create -q -f qcow2 -F raw -b "$PWD/debian.ext4" \
        "$WORK/$i.qcow2"
    disks+=(-drive "file=$WORK/$i.qcow2,if=virtio")
done
qemu-img info "$WORK/1.qcow2" | grep -E '^(virtual size|cluster_size)'
# --8<-- [end:overlays]

# One guest with all of the disks, so that one boot does for ten: it writes to each what each container
# writes. noinit_itable keeps ext4 from completing its tables in the background, for as long as the disk is mounted.
# shellcheck disable=SC2016 # the guest's shell expands it
# --8<-- [start:write]
qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 "${disks[@]}" \
    -nodefaults -display none -serial stdio -no-reboot \
    -kernel vmlinuz -initrd initramfs.gz \
    -append 'console=ttyS0 no_timer_check panic=-1 loglevel=1
    run="for disk in /dev/vd?; do
        mount -t ext4 -o noinit_itable $disk /tmp
        dd if=/dev/urandom of=/tmp/data bs=1M count=1 2>/dev/null
        umount /tmp; echo $disk; done"'
# --8<-- [end:write]

# blocks FILE…: the disk blocks that are allocated to them
blocks() {
    du --block-size=1 --total "$@" | awk 'END {print $1}'
}
many=$(by_effort 2 10)
sample overlays@1 "$(blocks "$WORK/1.qcow2")"
mapfile -t files < <(seq -f "$WORK/%g.qcow2" "$many")
sample "overlays@$many" "$(blocks "${files[@]}")"

sample full "$(blocks debian.ext4)"
sample stated "$(stat --format=%s debian.ext4)"
truncate --size=16M "$WORK/small.ext4"
mke2fs -q -t ext4 -d rootfs "$WORK/small.ext4"
sample small "$(blocks "$WORK/small.ext4")"
# The disk is read from debian.ext4 alone, and nothing waits for what is written to reach the disk below.
qemu-img convert -f raw -O qcow2 debian.ext4 "$WORK/full.qcow2"
sample qcow2 "$(blocks "$WORK/full.qcow2")"
qemu-img convert -f raw -O qcow2 -c -o compression_type=zstd debian.ext4 "$WORK/compressed.qcow2"
sample qcow2-compressed "$(blocks "$WORK/compressed.qcow2")"

# Plain copies, on a file system that shares blocks too.
mapfile -t files < <(seq -f "$WORK/copy-%g.ext4" "$many")
for file in "${files[@]}"; do cp --sparse=always --reflink=never debian.ext4 "$file"; done
sample copies@1 "$(blocks "${files[0]}")"
sample "copies@$many" "$(blocks "${files[@]}")"
