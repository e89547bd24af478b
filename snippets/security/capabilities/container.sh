#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:kept]
docker run --rm --network none cvm-lab setpriv --dump |
    grep '^Capability bounding set'
docker run --rm --network none --cap-drop ALL cvm-lab setpriv --dump |
    grep '^Capability bounding set'
# --8<-- [end:kept]

# --8<-- [start:default]
run=(docker run --rm --network none -v "$HERE/attempts:/attempts:ro")
"${run[@]}" cvm-lab sh /attempts
# --8<-- [end:default]

# --8<-- [start:dropped]
"${run[@]}" --cap-drop ALL cvm-lab sh /attempts
# --8<-- [end:dropped]

# --8<-- [start:user]
"${run[@]}" --user 1000:1000 cvm-lab sh /attempts
# --8<-- [end:user]
