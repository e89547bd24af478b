#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# Processor 0 alone on each side, so that both processes of the second test share
# one and nothing is handed from processor to processor.
# --8<-- [start:show]
taskset -c 0 chroot tools sh -c '
    perf bench syscall basic --loop 1000000
    perf bench sched pipe --loop 50000' >"$WORK/free"
grep -o '[^ ]* usecs/op' "$WORK/free"
# --8<-- [end:show]

micros=$(sed -n 's/ *\(.*\) usecs.op/\1/p' "$WORK/free")
sample call "$(awk 'NR == 1 {printf "%.12f", $1 / 1e6}' <<<"$micros")"
sample pipe "$(awk 'NR == 2 {printf "%.12f", $1 / 1e6}' <<<"$micros")"
