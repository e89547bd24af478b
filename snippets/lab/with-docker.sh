#!/usr/bin/env bash
# Makes the lab's files with Docker alone, in a container of Debian, for a system that has no apt.
# usage: with-docker.sh   (in the project's directory; IMAGE= names another image with Debian 12)
set -euo pipefail
image=${IMAGE:-debian:12}

# --8<-- [start:files]
mkdir -p build/by-docker
docker run --rm -v "$PWD/snippets/lab:/scripts:ro" \
    -v "$PWD/build/by-docker:/lab" -w /lab --security-opt label=disable \
    "${image:-debian:12}" bash -euc '
    rm -rf packages
    apt-get -q update
    apt-get -q -y install cpio xz-utils
    bash /scripts/packages.sh amd64 packages \
        linux-image-cloud-amd64 busybox-static
    kernel=$(echo packages/tree/boot/vmlinuz-*)
    cp "$kernel" vmlinuz
    find packages/tree -type f -name busybox -exec cp {} . \;
    bash /scripts/rootfs.sh ./busybox /scripts/init
    bash /scripts/initramfs.sh packages/tree "${kernel#*vmlinuz-}" \
        /scripts/modules initramfs.gz'
# --8<-- [end:files]

# --8<-- [start:image]
cd build/by-docker
docker import --change 'CMD ["sh"]' --change 'LABEL cvm.lab=by-docker' \
    rootfs.tar cvm-lab
export ACCEL=tcg RUN=by-hand # ACCEL=kvm where it works
WORK=$(mktemp -d) && export WORK log=$WORK/log
# --8<-- [end:image]
echo "ACCEL=$ACCEL WORK=$WORK"
