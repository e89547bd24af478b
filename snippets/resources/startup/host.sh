#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:process]
rootfs/bin/echo ready
# --8<-- [end:process]

# --8<-- [start:namespaces]
unshare --mount --pid --fork --net --uts --ipc --mount-proc \
    --root=rootfs echo ready
# --8<-- [end:namespaces]

# --8<-- [start:sandbox]
bwrap --unshare-all --ro-bind rootfs / --proc /proc --dev /dev \
    echo ready
# --8<-- [end:sandbox]

# --8<-- [start:runc]
mkdir "$WORK/bundle"
runc spec --bundle "$WORK/bundle"
sed -i "s|\"sh\"|\"echo\", \"ready\"|; s|\"rootfs\"|\"$PWD/rootfs\"|
    s|\"terminal\": true|\"terminal\": false|" "$WORK/bundle/config.json"
runc --root "$WORK/runc" run --bundle "$WORK/bundle" "$RUN"
# --8<-- [end:runc]

# Each command ran a moment ago, so its files are in the page cache: these are warm starts.
first_line process rootfs/bin/echo ready
first_line namespaces unshare --mount --pid --fork --net --uts --ipc --mount-proc --root=rootfs echo ready
first_line sandbox bwrap --unshare-all --ro-bind rootfs / --proc /proc --dev /dev echo ready
first_line runc runc --root "$WORK/runc" run --bundle "$WORK/bundle" "$RUN"
