#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# Processor 0 alone on every side: one processor each, and the same one. Nothing
# is cached beforehand; the limit of memory is what the VM has in all.
# --8<-- [start:show]
docker run --rm --cpuset-cpus 0 -m 512m cvm-tools sh -c '
    sysbench cpu --time=1 run
    sysbench memory --time=1 \
        --memory-total-size=1T --memory-oper=write \
        --memory-block-size=128M run
    sysbench memory --time=1 \
        --memory-total-size=1T --memory-oper=read --memory-access-mode=rnd \
        --memory-block-size=16M run' >"$WORK/all"
grep -o -e 'events per.*' -e '[^ ]* MiB tra.*' "$WORK/all" | tr -s ' '
# --8<-- [end:show]

"$CVM_PYTHON" -I -S "$CVM_LAB/sysbench.py" primes write read <"$WORK/all" >"$WORK/readings"
samples <"$WORK/readings"
