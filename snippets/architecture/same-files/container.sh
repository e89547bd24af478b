#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:same]
docker run --rm cvm-lab sh -c 'cd /
    find . -xdev -type f | sort | xargs sha256sum
    find . -xdev -type l | sort | xargs ls -l' |
    sed 's/^l.* \.\//.\//' >"$WORK/inside"
grep -xFf manifest "$WORK/inside"
# --8<-- [end:same]

# --8<-- [start:added]
grep -vxF -f manifest -f links "$WORK/inside"
# --8<-- [end:added]

cat "$WORK/inside" # for the test, which compares every line
