#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

mkdir "$WORK/bundle"
cp -a rootfs "$WORK/bundle/rootfs"
# shellcheck disable=SC2016 # the container's shell expands it
printf '%s\n' 'n=0; while usleep 100000; do n=$((n + 1)); echo $n >>/count; done' \
    >"$WORK/bundle/rootfs/counter"
runc spec --bundle "$WORK/bundle"
sed -i 's|"sh"|"sh", "/counter"|; s/"terminal": true/"terminal": false/; s/"readonly": true/"readonly": false/' \
    "$WORK/bundle/config.json"
count() { tail -n 1 "$WORK/bundle/rootfs/count"; }
at_least() { [ "$(count)" -ge "$1" ]; }

# --8<-- [start:run]
runc --root "$WORK/runc" run -d --bundle "$WORK/bundle" "$RUN" \
    </dev/null >/dev/null 2>&1
# --8<-- [end:run]
wait_for 10 at_least 10

# --8<-- [start:checkpoint]
if runc --root "$WORK/runc" checkpoint --image-path "$WORK/image" \
    --work-path "$WORK/criu" "$RUN" 2>"$WORK/log"; then
    echo "checkpoint: works"
    runc --root "$WORK/runc" restore -d --bundle "$WORK/bundle" \
        --image-path "$WORK/image" --work-path "$WORK/criu" "$RUN" \
        </dev/null >/dev/null 2>&1
else
    echo "checkpoint: fails"
fi
{ criu check 2>&1 || true; } | grep -m 1 -E 'Error|Looks good'
# --8<-- [end:checkpoint]
last=$(count)

# --8<-- [start:after]
wait_for 10 at_least $((last + 3)) && echo "the container: goes on"
# --8<-- [end:after]
runc --root "$WORK/runc" delete --force "$RUN"
