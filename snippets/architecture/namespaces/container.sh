#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:inside]
kinds="cgroup ipc mnt net pid time user uts"
docker run --rm --cgroupns private cvm-lab sh -c \
    "for kind in $kinds; do readlink /proc/self/ns/\$kind; done" \
    >"$WORK/inside"
cat "$WORK/inside"
# --8<-- [end:inside]

# --8<-- [start:compare]
for kind in $kinds; do
    if grep -qxF "$(readlink "/proc/self/ns/$kind")" "$WORK/inside"
    then echo "$kind: the host's"
    else echo "$kind: its own"
    fi
done
# --8<-- [end:compare]
