#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:show]
docker image inspect -f '{{.Size}}' cvm-lab
# --8<-- [end:show]

sample image "$(docker image inspect -f '{{.Size}}' cvm-lab)"
