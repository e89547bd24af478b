#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# hyperfine's clock runs from the making of the process to its end, which follows the line at once; ours stops at the line.
# --8<-- [start:startup]
hyperfine --shell=none --warmup 1 --runs 1 --style none \
    --export-json "$WORK/startup.json" 'rootfs/bin/echo ready'
# --8<-- [end:startup]
first_line startup-ours rootfs/bin/echo ready
sample startup-hyperfine "$("$CVM_PYTHON" -I -S -c '
import json, sys
print(json.load(open(sys.argv[1]))["results"][0]["times"][0])' "$WORK/startup.json")"

# A program that shares its libraries with others and waits. Both ways read the same counters of the kernel; the sum of
# the parts is rounded down to whole kB in each part.
"$CVM_PYTHON" -I -S -c 'import time; print("waits", flush=True); time.sleep(600)' >"$WORK/waits" &
pid=$!
wait_for 10 grep -q waits "$WORK/waits"
rollup=$(cat "/proc/$pid/smaps_rollup")
# --8<-- [start:memory]
awk '/^Pss:/ {sum += $2} END {print sum * 1024}' \
    "/proc/$pid/smaps" >"$WORK/by-hand"
# --8<-- [end:memory]
kill "$pid"
sample memory-ours "$(awk '/^Pss:/ {print $2 * 1024}' <<<"$rollup")"
sample memory-by-hand "$(cat "$WORK/by-hand")"
