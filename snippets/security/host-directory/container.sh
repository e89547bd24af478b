#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:host]
mkdir "$WORK/shared"
echo 'a file of the host' >"$WORK/shared/marker"
echo 'a file beside' >"$WORK/beside"
ln -s ../beside "$WORK/shared/link"
# --8<-- [end:host]

# --8<-- [start:shared]
docker run --rm --network none -v "$WORK/shared:/shared" cvm-lab sh -c '
    exec 2>&1; cd /shared
    cat marker; echo changed >marker
    cat link
    cp /bin/busybox tool; chmod u+s tool' || true
# --8<-- [end:shared]

# --8<-- [start:after]
cat "$WORK/shared/marker"
stat -c '%A user %u' "$WORK/shared/tool"
# --8<-- [end:after]

# --8<-- [start:read-only]
docker run --rm --network none -v "$WORK/shared:/shared:ro" cvm-lab \
    sh -c 'exec 2>&1; cat /shared/marker
    echo again >/shared/marker' || true
# --8<-- [end:read-only]
