#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:count]
docker run -d --network none --init --name "$RUN" cvm-lab sh -c '
    n=0; while n=$((n + 1)); do
        echo $n; echo $n >/tmp/last; usleep 100000; done' >/dev/null
# --8<-- [end:count]
at_least() { [ "$(docker logs "$1" | tail -n 1)" -ge "$2" ]; }
wait_for 10 at_least "$RUN" 10

# --8<-- [start:pause]
docker pause "$RUN" >/dev/null
before=$(docker logs "$RUN" | tail -n 1)
sleep 1
after=$(docker logs "$RUN" | tail -n 1)
echo "counted while paused: $((after - before))"
docker unpause "$RUN" >/dev/null
# --8<-- [end:pause]
wait_for 10 at_least "$RUN" $((after + 3))
docker pause "$RUN" >/dev/null # so that the file is not being written

# --8<-- [start:commit]
docker commit "$RUN" "$RUN-image" >/dev/null
docker run --rm --network none "$RUN-image" cat /tmp/last |
    sed 's/^/in the file: /'
docker run -d --network none --init --name "$RUN-new" "$RUN-image" >/dev/null
# --8<-- [end:commit]
wait_for 10 at_least "$RUN-new" 1

# --8<-- [start:anew]
docker logs "$RUN-new" | sed -n '1s/^/counts from: /p'
# --8<-- [end:anew]
