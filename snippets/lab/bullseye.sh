#!/usr/bin/env bash
# Makes the tree of an old system, bullseye.tar: a shell, the C library and OpenSSL of Debian 11, unpacked from
# its packages and not configured. LAB_BULLSEYE_MIRROR names a mirror, for when Debian's own has this release no more.
# usage: bullseye.sh
set -euo pipefail

# --8<-- [start:bullseye]
mmdebstrap --variant=extract \
    --include=base-files,bash,coreutils,libc-bin,openssl \
    bullseye bullseye.tar ${LAB_BULLSEYE_MIRROR:+"$LAB_BULLSEYE_MIRROR"}
# --8<-- [end:bullseye]
