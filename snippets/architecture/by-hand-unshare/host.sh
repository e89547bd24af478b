#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:tree]
cp -a rootfs "$WORK/box"
mkdir "$WORK/box/old"
ls "$WORK/box"
# --8<-- [end:tree]

# --8<-- [start:run]
unshare --user --map-root-user --mount --pid --fork --uts --ipc --net \
    sh <<'EOF'
hostname by-hand
mount --bind "$WORK/box" "$WORK/box"
cd "$WORK/box"
mount -t proc proc proc
pivot_root . old
exec /bin/sh -c 'umount -l /old; rmdir /old
    hostname; ps -o pid,comm; ls /'
EOF
# --8<-- [end:run]
