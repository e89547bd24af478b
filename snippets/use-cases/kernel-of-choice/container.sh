#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:show]
docker run --rm --network none \
    -v "$PWD/modules/lib/modules:/lib/modules:ro" cvm-lab sh -c '
    echo "release of its kernel: $(uname -r)"
    why=$(insmod /lib/modules/spare.ko 2>&1) &&
        echo "a kernel module: loaded" || echo "a kernel module: ${why##*: }"
    f=/proc/sys/vm/mmap_min_addr # it would get the value that it has
    why=$( { cat $f >$f; } 2>&1) &&
        echo "a kernel setting: changed" ||
        echo "a kernel setting: ${why##*: }"'
# --8<-- [end:show]
