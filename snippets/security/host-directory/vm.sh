#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

for virtiofsd in /usr/libexec/virtiofsd /usr/lib/qemu/virtiofsd; do
    [ ! -x "$virtiofsd" ] || break
done
# The guest's driver for it, which the lab's initramfs lacks.
mkdir "$WORK/more"
bash "$CVM_LAB/modules.sh" packages/tree "$(cat kernel-release)" "$WORK/more/drivers" virtiofs
(cd "$WORK/more" && find . | cpio -o -H newc --quiet) | cat initramfs.gz - >"$WORK/initrd"

# --8<-- [start:host]
mkdir "$WORK/shared"
echo 'a file of the host' >"$WORK/shared/marker"
echo 'a file beside' >"$WORK/beside"
ln -s ../beside "$WORK/shared/link"
echo "a disk of the host" >"$WORK/disk"
truncate --size=1M "$WORK/disk"
# --8<-- [end:host]

# --8<-- [start:share]
"$virtiofsd" --socket-path="$WORK/fs" -o "source=$WORK/shared" \
    --rlimit-nofile=0 2>"$WORK/virtiofsd.log" &
# --8<-- [end:share]
wait_for 10 test -S "$WORK/fs" || {
    cat "$WORK/virtiofsd.log"
    exit 1
}

# --8<-- [start:guest]
qemu-system-x86_64 -M q35,memory-backend=ram -accel "$ACCEL" -m 128 \
    -object memory-backend-memfd,id=ram,size=128M,share=on \
    -chardev socket,id=fs,path="$WORK/fs" \
    -device vhost-user-fs-pci,chardev=fs,tag=shared \
    -drive "file=$WORK/disk,format=raw,if=virtio" \
    -nodefaults -display none -serial stdio -no-reboot \
    -kernel vmlinuz -initrd "$WORK/initrd" \
    -append 'console=ttyS0 no_timer_check panic=-1 loglevel=1
    run="sh /drivers/load
    mkdir /shared; mount -t virtiofs shared /shared; cd /shared
    cat marker; echo changed >marker
    cat link
    cp /bin/busybox tool; chmod u+s tool
    head -n 1 /dev/vda; echo overwritten >/dev/vda; sync"'
# --8<-- [end:guest]

# --8<-- [start:after]
cat "$WORK/shared/marker"
stat -c '%A user %u' "$WORK/shared/tool"
head -n 1 "$WORK/disk"
# --8<-- [end:after]
