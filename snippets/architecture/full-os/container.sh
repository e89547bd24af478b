#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:show]
docker run --rm cvm-debian grep PRETTY_NAME /etc/os-release
docker run --rm cvm-debian sh -c 'exec head -v /proc/[0-9]*/comm'
# --8<-- [end:show]
