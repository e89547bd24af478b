#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:program]
cat "$HERE/old-call.hex"
sed 's/#.*//' "$HERE/old-call.hex" | ./busybox xxd -r -p >"$WORK/old-call"
chmod 755 "$WORK/old-call"
# --8<-- [end:program]

# --8<-- [start:run]
grep -o 'vsyscall' /proc/self/maps # the host's kernel offers the page
tar -c -C "$WORK" old-call | docker import - "$RUN-old" >/dev/null
docker run --rm --network none "$RUN-old" /old-call
# --8<-- [end:run]
