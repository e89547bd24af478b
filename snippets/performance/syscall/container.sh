#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# Processor 0 alone on each side, so that both processes of the second test share
# one and nothing is handed from processor to processor.
# --8<-- [start:filtered]
docker run --rm --cpuset-cpus 0 cvm-tools sh -c '
    grep ^Seccomp: /proc/self/status
    perf bench syscall basic --loop 1000000
    perf bench sched pipe --loop 50000' >"$WORK/filtered"
grep -o -e '^Seccomp.*' -e '[^ ]* usecs/op' "$WORK/filtered" | tr '\t' ' '
# --8<-- [end:filtered]

# --8<-- [start:unconfined]
docker run --rm --cpuset-cpus 0 \
    --security-opt seccomp=unconfined cvm-tools sh -c '
    grep ^Seccomp: /proc/self/status
    perf bench syscall basic --loop 1000000
    perf bench sched pipe --loop 50000' >"$WORK/free"
grep -o -e '^Seccomp.*' -e '[^ ]* usecs/op' "$WORK/free" | tr '\t' ' '
# --8<-- [end:unconfined]

micros=$(sed -n 's/ *\(.*\) usecs.op/\1/p' "$WORK/filtered" "$WORK/free")
sample call "$(awk 'NR == 1 {printf "%.12f", $1 / 1e6}' <<<"$micros")"
sample pipe "$(awk 'NR == 2 {printf "%.12f", $1 / 1e6}' <<<"$micros")"
sample call-unconfined "$(awk 'NR == 3 {printf "%.12f", $1 / 1e6}' <<<"$micros")"
sample pipe-unconfined "$(awk 'NR == 4 {printf "%.12f", $1 / 1e6}' <<<"$micros")"
