#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# bash does not wait for what stands in <(…): the container and its client go on.
# --8<-- [start:show]
head -n 1 < <(docker run --rm --name "$RUN-1" -m 128m cvm-lab \
    sh -c 'echo ready; exec sleep 600')
# --8<-- [end:show]
docker rm -f "$RUN-1" >/dev/null

# The same container N times, each with a client of its own that hands on its output, so that the line is seen as in
# every other experiment. The image was started a moment ago and is in the page cache. docker is Docker's own client
# from here on: see resources/startup.
PATH=${PATH#*:}
container=(docker run --label "cvm.run=$RUN" --rm --name "$RUN-{}" -m 128m cvm-lab sh -c 'echo ready; exec sleep 600')
stopwatch=("$CVM_PYTHON" -I -S "$CVM_LAB/stopwatch.py")
counts=$(by_effort "1 2" "1 4 16 32")

remove() { # the clients were killed, so the containers are alone
    docker ps -aq --filter "name=$RUN-" | xargs docker rm -f >/dev/null
}

# Those that start in turn are counted on the way: the first 4 of 32 are 4 that were started in turn.
"${stopwatch[@]}" --in-turn "${counts// /,}" "${container[@]}" >"$WORK/in-turn"
remove
while read -r count seconds; do sample "in-turn@$count" "$seconds"; done <"$WORK/in-turn"
for count in $counts; do
    seconds=$("${stopwatch[@]}" --at-once "$count" "${container[@]}")
    remove
    sample "at-once@$count" "$seconds"
done
