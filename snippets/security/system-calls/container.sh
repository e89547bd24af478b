#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:build]
cc -O -static -nostdlib -ffreestanding -o "$WORK/probe" "$HERE/probe.c"
# --8<-- [end:build]

# --8<-- [start:run]
docker run --rm --network none --pids-limit 64 --read-only \
    -v "$WORK/probe:/probe:ro" cvm-lab /probe >"$WORK/filtered"
docker run --rm --network none --pids-limit 64 --read-only \
    --security-opt seccomp=unconfined \
    -v "$WORK/probe:/probe:ro" cvm-lab /probe >"$WORK/free"
paste -d ' ' "$WORK/filtered" "$WORK/free" | awk '$2 != $4' | wc -l
# --8<-- [end:run]

# --8<-- [start:sort]
awk -f "$HERE/sort.awk" "$CVM_LAB/system-calls" "$WORK/filtered" "$WORK/free"
# --8<-- [end:sort]

while read -r number answer; do sample "filtered@$number" "$answer"; done <"$WORK/filtered"
while read -r number answer; do sample "free@$number" "$answer"; done <"$WORK/free"
