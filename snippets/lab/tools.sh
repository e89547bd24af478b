#!/usr/bin/env bash
# Makes the third root filesystem: a minimal Debian with tools that measure, as the
# directory tools/, the image cvm-tools and the disk tools.ext4 for the VM, so that
# the same programs run on each side. It has no systemd: nothing else runs meanwhile.
# usage: tools.sh DIGEST BUSYBOX
set -euo pipefail
digest=$1
busybox=$2

# The VM's process 1 on this disk: the lab's own, less what the initramfs did before.
# It takes run="…" from the kernel's command line, like that. busybox is there for
# what a minimal Debian lacks: ip and poweroff.
# --8<-- [start:init]
cat >tools-init <<'END'
#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
sh -c "$run" </dev/console 2>&1
code=$?
[ "$code" = 0 ] || echo "the command in the VM ended with $code"
sync
echo 0 >/proc/sys/kernel/printk
busybox poweroff -f
END
chmod 755 tools-init
# --8<-- [end:init]

rm -rf tools tools.ext4
# A hook's words are split at spaces, which the path of a checkout may hold: so the name here has none.
cp "$busybox" tools-busybox
# shellcheck disable=SC2016 # "$1", the tree, is for mmdebstrap to expand
# --8<-- [start:tools]
mmdebstrap --variant=minbase \
    --include=fio,iperf,iperf3,linux-perf,sysbench \
    --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/man/*' \
    --customize-hook='upload tools-init /usr/sbin/init' \
    --customize-hook='upload tools-busybox /usr/bin/busybox' \
    --customize-hook='chmod 755 "$1/usr/sbin/init" "$1/usr/bin/busybox"' \
    bookworm tools.tar
# --8<-- [end:tools]
rm tools-init tools-busybox

# --8<-- [start:image]
docker import --change 'CMD ["bash"]' --change "LABEL cvm.lab=$digest" \
    tools.tar cvm-tools
# --8<-- [end:image]

# What runs on the host by chroot needs /dev/null and /dev/urandom in the tree. Only
# root may make them, and only root uses them so; the VM makes its own.
nodes=()
[ "$(id -u)" = 0 ] || nodes=(--exclude='./dev/*')
# The tree is unpacked beside its name and moved when it is whole.
rm -rf tools.new
# --8<-- [start:disk]
mkdir tools.new
tar --extract --file=tools.tar --directory=tools.new \
    "${nodes[@]}"
truncate --size=1G tools.ext4
mke2fs -q -t ext4 -d tools.new tools.ext4
mv tools.new tools
# --8<-- [end:disk]
rm tools.tar
