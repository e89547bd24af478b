#!/usr/bin/env bash
# Makes the lab's one root filesystem in the working directory, from a static busybox.
# usage: rootfs.sh BUSYBOX INIT
set -euo pipefail
busybox=$1
init=$2
rm -rf rootfs

# --8<-- [start:tree]
mkdir -p rootfs/bin rootfs/etc rootfs/root
mkdir rootfs/dev rootfs/proc rootfs/sys rootfs/tmp
cp "$busybox" rootfs/bin/busybox
for applet in $("$busybox" --list); do
    [ -e "rootfs/bin/$applet" ] || ln -s busybox "rootfs/bin/$applet"
done
echo 'root:x:0:0:root:/root:/bin/sh' >rootfs/etc/passwd
echo 'root:x:0:' >rootfs/etc/group
echo 'NAME="the lab"' >rootfs/etc/os-release
cp "$init" rootfs/init
# --8<-- [end:tree]

# The same modes and times whoever builds it, so that the archives are the same bytes.
chmod 755 rootfs rootfs/*/ rootfs/init rootfs/bin/busybox
chmod 644 rootfs/etc/*
find rootfs -exec touch --no-dereference --date=@0 {} +

# --8<-- [start:manifest]
(cd rootfs && find . -type f | LC_ALL=C sort | xargs sha256sum) >manifest
(cd rootfs && find . -type l -printf '%p -> %l\n' | LC_ALL=C sort) >links
# --8<-- [end:manifest]

# --8<-- [start:tar]
tar --create --file=rootfs.tar --directory=rootfs --sort=name \
    --owner=0 --group=0 --numeric-owner --mtime=@0 .
# --8<-- [end:tar]
