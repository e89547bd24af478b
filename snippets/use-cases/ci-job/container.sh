#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# timed COMMAND…: sample the seconds from its start to the line "ready" and to its end; print what it printed.
# By the shell's clock, which is read when the line has come: a job takes tenths of a second at least.
timed() {
    local line first=
    local start=$EPOCHREALTIME
    while IFS= read -r line; do
        case $line in *ready*) first=${first:-$EPOCHREALTIME} ;; esac
        printf '%s\n' "$line"
    done < <("$@")
    local end=$EPOCHREALTIME
    sample first-line "$(awk -v a="$start" -v b="$first" 'BEGIN {printf "%.6f", b - a}')"
    sample whole "$(awk -v a="$start" -v b="$end" 'BEGIN {printf "%.6f", b - a}')"
}

if [ "$EFFORT" = full ]; then
    # Docker's own client, with the label that the lab's would add: see resources/startup.
    PATH=${PATH#*:}
    timed docker run --label "cvm.run=$RUN" --rm --network none -m 128m --cpus 1 \
        -v "$HERE:/src:ro" cvm-lab sh -c 'cd /src && sh job'
    exit
fi

# --8<-- [start:fresh]
job() {
    docker run --rm --network none -m 128m --cpus 1 \
        -v "$HERE:/src:ro" cvm-lab sh -c 'cd /src && sh job'
}
job
job
# --8<-- [end:fresh]

# --8<-- [start:kept]
# for comparison: a container that is kept between jobs
docker run -d --name "$RUN-kept" --network none -v "$HERE:/src:ro" \
    cvm-lab sleep 600 >/dev/null
for _ in 1 2; do
    docker exec "$RUN-kept" sh -c 'cd /src && sh job'
done
# --8<-- [end:kept]
PATH=${PATH#*:}
timed docker run --label "cvm.run=$RUN" --rm --network none -m 128m --cpus 1 \
    -v "$HERE:/src:ro" cvm-lab sh -c 'cd /src && sh job' >/dev/null
