#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:none]
docker run --rm --network none cvm-lab echo ready
# --8<-- [end:none]

# --8<-- [start:bridge]
docker run --rm cvm-lab echo ready
# --8<-- [end:bridge]

# --8<-- [start:exec]
docker run --rm -d --name "$RUN-runs" cvm-lab sleep 600 >"$WORK/id"
docker exec "$RUN-runs" echo ready
# --8<-- [end:exec]

# From here on docker is Docker's own client: the lab's is a shell script, whose own start would be counted too. What
# that script adds, the run's label, is written here. Each command ran a moment ago: these are warm starts.
PATH=${PATH#*:}
first_line docker-exec docker exec "$RUN-runs" echo ready
docker rm -f "$RUN-runs" >/dev/null
first_line docker-none docker run --label "cvm.run=$RUN" --rm --network none cvm-lab echo ready
first_line docker-bridge docker run --label "cvm.run=$RUN" --rm cvm-lab echo ready
