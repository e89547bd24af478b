#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:host]
MARKER='of the host' sleep 600 &
pid=$!
# --8<-- [end:host]

# --8<-- [start:own]
docker run --rm --network none cvm-lab ls "/proc/$pid" || true
# --8<-- [end:own]

# --8<-- [start:host-pid]
docker run --rm --network none --pid host cvm-lab sh -c "
    exec 2>&1; tr '\0' ' ' </proc/$pid/cmdline; echo
    cat /proc/$pid/environ" || true
# --8<-- [end:host-pid]

# --8<-- [start:ptrace]
docker run --rm --network none --pid host --cap-add SYS_PTRACE \
    --security-opt apparmor=unconfined cvm-lab sh -c "
    tr '\0' '\n' </proc/$pid/environ | grep MARKER
    kill $pid"
wait "$pid" || echo "the host's process ended with $?"
# --8<-- [end:ptrace]
