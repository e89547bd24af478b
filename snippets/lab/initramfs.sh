#!/usr/bin/env bash
# Packs the same tree as the VM's initramfs, and the kernel's virtio modules as a second archive.
# usage: initramfs.sh KERNEL_TREE RELEASE LOADER OUTPUT
set -euo pipefail
tree=$1
release=$2
loader=$3
output=$4
export LC_ALL=C

# --8<-- [start:pack]
(cd rootfs && find . | sort | cpio --create --format=newc --quiet \
    --reproducible --owner=0:0) | gzip -n >rootfs.cpio.gz
# --8<-- [end:pack]

rm -rf modules
# --8<-- [start:modules]
mkdir -p modules/lab modules/lib/modules
cp "$loader" modules/lab/modules
here=$(dirname "$0")
bash "$here/modules.sh" "$tree" "$release" modules/lib/modules \
    virtio_pci virtio_net virtio_blk virtio_balloon virtio_rng
# spare.ko: one that needs no other and no device, for examples that try to load it
for name in nls_ascii nls_utf8 dummy; do
    bash "$here/modules.sh" "$tree" "$release" spare "$name"
    [ ! -e "spare/$name.ko" ] || cp "spare/$name.ko" modules/lib/modules/spare.ko
    rm -r spare
    [ ! -e modules/lib/modules/spare.ko ] || break
done
find modules -exec touch --date=@0 {} +
(cd modules && find . | sort | cpio --create --format=newc --quiet \
    --reproducible --owner=0:0) | gzip -n >modules.cpio.gz
cat rootfs.cpio.gz modules.cpio.gz >"$output"
# up to the next multiple of 4, where an archive may follow that is not compressed
truncate --size=%4 "$output"
# --8<-- [end:modules]
