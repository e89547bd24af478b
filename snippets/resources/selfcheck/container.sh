#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# docker run goes on after the program's line, until the container is removed; what hyperfine times ends with the line,
# for bash does not wait for what stands in <(…). Its clock counts, beyond ours, the start of bash and of head. docker is
# Docker's own client on both clocks: see resources/startup.
PATH=${PATH#*:}
gone() { [ -z "$(docker ps -aq --filter "name=$RUN-hyperfine")" ]; }
# --8<-- [start:startup]
hyperfine --shell=none --runs 1 --style none \
    --export-json "$WORK/startup.json" \
    "bash -c 'head -n 1 < <(docker run --label cvm.run=$RUN \
        --rm --name $RUN-hyperfine cvm-lab echo ready)'"
# --8<-- [end:startup]
wait_for 10 gone # so that the removal does not go on under the next clock
first_line startup-ours docker run --label "cvm.run=$RUN" --rm --name "$RUN-ours" cvm-lab echo ready
sample startup-hyperfine "$("$CVM_PYTHON" -I -S -c '
import json, sys
print(json.load(open(sys.argv[1]))["results"][0]["times"][0])' "$WORK/startup.json")"

container=$(docker run --rm -d --name "$RUN-waits" cvm-lab sleep 600)
pid=$(ps -o ppid= -p "$(docker inspect -f '{{.State.Pid}}' "$container")" | tr -d ' ')
# The shim goes on for a moment after the start; its memory is read when two readings agree.
settled() {
    rollup=$(cat "/proc/$pid/smaps_rollup")
    sleep 0.1
    [ "$rollup" = "$(cat "/proc/$pid/smaps_rollup")" ]
}
wait_for 10 settled
# --8<-- [start:memory]
awk '/^Pss:/ {sum += $2} END {print sum * 1024}' \
    "/proc/$pid/smaps" >"$WORK/by-hand"
# --8<-- [end:memory]
docker rm -f "$container" >/dev/null
sample memory-ours "$(awk '/^Pss:/ {print $2 * 1024}' <<<"$rollup")"
sample memory-by-hand "$(cat "$WORK/by-hand")"
