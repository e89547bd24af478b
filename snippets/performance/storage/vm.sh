#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# One request at a time, past the page cache of the guest (direct=1) and of the
# host (cache=none): what is timed is the way to the disk and back. The file is
# written first, so that its blocks exist; a write is done when the disk has it
# (sync=dsync).
if [ "$(stat --file-system --format=%T "$WORK")" = tmpfs ]; then
    echo "$WORK lies in memory: set CVM_STATE to a directory on a disk" >&2
    exit 1
fi
size=$(by_effort 16M 64M)
time=$(by_effort 200ms 1s)
# --8<-- [start:show]
job="--directory=/mnt --filename=file --size=${size:-64M} --thread
    --ioengine=psync --output-format=json
    --name=stream --rw=write --bs=1M --end_fsync=1
    --name=read --stonewall --rw=randread --bs=4k
    --time_based --runtime=${time:-1s}
    --name=write --stonewall --rw=randwrite --bs=4k --sync=dsync
    --time_based --runtime=${time:-1s}"
truncate --size=160M "$WORK/disk.raw"
mke2fs -q -t ext4 -E lazy_itable_init=0,lazy_journal_init=0 "$WORK/disk.raw"
qemu-img convert -O qcow2 "$WORK/disk.raw" "$WORK/disk.qcow2"
qemu-system-x86_64 -M q35 -accel "$ACCEL" -cpu max -smp 1 -m 512 \
    -drive file=tools.ext4,if=virtio,format=raw,snapshot=on \
    -drive "file=$WORK/disk.raw,if=virtio,format=raw,cache=none" \
    -drive "file=$WORK/disk.qcow2,if=virtio,format=qcow2,cache=none" \
    -nodefaults -display none -serial stdio -no-reboot \
    -kernel vmlinuz -initrd initramfs.gz \
    -append "console=ttyS0 no_timer_check panic=-1 loglevel=1
        disk=vda job=\"$job\"
    run=\"mount /dev/vdb /mnt; fio --direct=1 \$job; umount /mnt
    mount /dev/vdc /mnt; fio --direct=1 \$job\"" >"$WORK/fio"
grep -c '"error" : 0' "$WORK/fio"
# --8<-- [end:show]

while read -r metric value; do
    sample "$metric" "$value"
done < <("$CVM_PYTHON" -I -S "$CVM_LAB/readings.py" fio raw qcow2 <"$WORK/fio")
