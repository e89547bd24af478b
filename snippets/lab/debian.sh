#!/usr/bin/env bash
# Makes the second, larger root filesystem: a minimal Debian with systemd, as the
# image cvm-debian and as the disk debian.ext4 for the VM.
# usage: debian.sh DIGEST
set -euo pipefail
digest=$1

# --8<-- [start:debian]
mmdebstrap --variant=minbase --include=systemd,systemd-sysv,udev,dbus \
    --customize-hook='echo lab >"$1/etc/hostname"' \
    --customize-hook='chroot "$1" passwd --delete root' \
    bookworm debian.tar
# --8<-- [end:debian]

# --8<-- [start:image]
docker import --change 'CMD ["/sbin/init"]' --change "LABEL cvm.lab=$digest" \
    debian.tar cvm-debian
# --8<-- [end:image]

rm -rf debian
# --8<-- [start:disk]
mkdir debian
tar --extract --file=debian.tar --directory=debian --exclude='./dev/*'
truncate --size=1G debian.ext4
mke2fs -q -t ext4 -d debian debian.ext4
# --8<-- [end:disk]
rm -rf debian debian.tar
