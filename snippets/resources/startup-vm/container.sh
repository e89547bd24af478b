#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:show]
docker run --rm cvm-lab echo ready
# --8<-- [end:show]

# Docker's own client instead of the lab's, with the label that the lab's would add: see resources/startup.
PATH=${PATH#*:}
first_line docker-bridge docker run --label "cvm.run=$RUN" --rm cvm-lab echo ready
