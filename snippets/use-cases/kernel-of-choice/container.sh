#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:show]
before=$(cat /proc/sys/vm/mmap_min_addr)
docker run --rm -v "$PWD/modules/lib/modules:/lib/modules:ro" cvm-lab sh -c '
    echo "release of its kernel: $(uname -r)"
    insmod /lib/modules/failover.ko 2>/dev/null &&
        echo "a kernel module: loaded" || echo "a kernel module: refused"
    f=/proc/sys/vm/mmap_min_addr # it would get the value that it has
    { cat $f >$f; } 2>/dev/null &&
        echo "a kernel setting: changed" || echo "a kernel setting: refused"'
[ "$before" = "$(cat /proc/sys/vm/mmap_min_addr)" ] &&
    echo "that setting on the host: as before"
# --8<-- [end:show]
