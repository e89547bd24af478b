#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# con0=IN,OUT: the console has no input and writes to standard output. The kernel leaves devtmpfs to the lab's init.
# Its memory is a file on a tmpfs, deleted as soon as it is open. The root is read-only: the lab's tree stays as it is.
# --8<-- [start:show]
# a kernel's command line is split at spaces, which the path of the lab may hold
ln -s "$PWD/rootfs" "$WORK/rootfs"
TMPDIR=/dev/shm linux.uml mem=128M quiet loglevel=1 \
    con=null con0=null,fd:1 \
    root=/dev/root rootfstype=hostfs rootflags="$WORK/rootfs" ro \
    devtmpfs.mount=0 init=/init 'run="echo ready"' \
    uml_dir="$WORK" umid="$RUN"
# --8<-- [end:show]

TMPDIR=/dev/shm first_line uml linux.uml mem=128M quiet loglevel=1 \
    con=null con0=null,fd:1 \
    root=/dev/root rootfstype=hostfs rootflags="$WORK/rootfs" ro \
    devtmpfs.mount=0 init=/init 'run="echo ready"' \
    uml_dir="$WORK" umid="$RUN"
