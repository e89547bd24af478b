#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:bait]
echo mine >"$WORK/file"
(exec -a "$RUN-secret" sleep 600) &
secret=$!
# --8<-- [end:bait]
# Who is not confined finds both: else "stopped" would mean nothing.
grep -q mine "$WORK/file"
wait_for 5 grep -q -a "secre[t]" "/proc/$secret/cmdline"

# --8<-- [start:show]
podman run --rm -i --network none cvm-lab \
    sh -s "$WORK/file" <"$HERE/probes"
# --8<-- [end:show]
kill "$secret"
