#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

source "$CVM_LAB/timed.sh"

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
# Timed with Docker's own client, with the label that the lab's would add: see resources/startup.
PATH=${PATH#*:}
timed docker run --label "cvm.run=$RUN" --rm --network none -m 128m --cpus 1 \
    -v "$HERE:/src:ro" cvm-lab sh -c 'cd /src && sh job' >/dev/null
