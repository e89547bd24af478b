#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:bundle]
mkdir "$WORK/bundle"
cp -a rootfs "$WORK/bundle/rootfs"
runc spec --bundle "$WORK/bundle"
ls "$WORK/bundle"
# --8<-- [end:bundle]

# --8<-- [start:config]
sed -i 's/"sh"/"sleep", "600"/; s/"terminal": true/"terminal": false/' \
    "$WORK/bundle/config.json"
grep -E '"(sleep|hostname|readonly|pid|network|ipc|uts|mount)"' \
    "$WORK/bundle/config.json"
# --8<-- [end:config]

# --8<-- [start:run]
runc --root "$WORK/runc" run --detach --bundle "$WORK/bundle" "$RUN"
runc --root "$WORK/runc" exec "$RUN" hostname
runc --root "$WORK/runc" exec "$RUN" ps -o pid,comm
# --8<-- [end:run]

# --8<-- [start:outside]
runc --root "$WORK/runc" state "$RUN" | tee "$WORK/state" |
    grep -E '"(pid|status)"'
ps -o comm= -p "$(sed -n 's/.*"pid": *\([0-9]*\).*/\1/p' "$WORK/state")"
runc --root "$WORK/runc" delete --force "$RUN"
# --8<-- [end:outside]
