#!/usr/bin/env bash
# shellcheck disable=SC2009 # grep takes a word out of each line, which pgrep cannot
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:show]
make-bundle "$WORK/bundle" sh -c 'echo ready; sleep 600; true' "$RUN"
./runsc --root "$WORK/runsc" --platform systrap --network none \
    --ignore-cgroups run --bundle "$WORK/bundle" "$RUN" >"$WORK/out" &
# --8<-- [end:show]
runsc=$!
wait_for 20 grep -q ready "$WORK/out"

# --8<-- [start:look]
sh "$HERE/look" "sh -c echo ready; sleep 600; true $RUN"
echo "beside it: runsc," "$(ps -o args= --ppid "$runsc" |
    grep -o '^runsc-[a-z]*' | paste -s -d , | sed 's/,/, /')"
# --8<-- [end:look]
./runsc --root "$WORK/runsc" kill "$RUN" KILL
