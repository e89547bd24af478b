#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:image]
mkdir -p "$WORK/image/bin"
cp arm64/busybox "$WORK/image/bin/busybox"
ln -s busybox "$WORK/image/bin/sh"
tar -c -C "$WORK/image" . | docker import - "$RUN-arm64" >/dev/null
# --8<-- [end:image]

# --8<-- [start:run]
docker run --rm --network none -v "$PWD/qemu-aarch64-static:/emulator:ro" \
    "$RUN-arm64" /emulator /bin/busybox uname -m -r
# --8<-- [end:run]

set +o pipefail # the next command is meant to fail
# --8<-- [start:child]
docker run --rm --network none -v "$PWD/qemu-aarch64-static:/emulator:ro" \
    "$RUN-arm64" /emulator /bin/busybox env /bin/sh -c true 2>&1 |
    grep -o 'Exec format error'
# --8<-- [end:child]
set -o pipefail

size=$(by_effort 16M 128M)
# --8<-- [start:cost]
truncate --size="$size" "$WORK/zeros"
docker run --rm --network none -v "$WORK/zeros:/zeros:ro" \
    -v "$PWD/arm64:/arm64:ro" \
    -v "$PWD/qemu-aarch64-static:/emulator:ro" cvm-lab sh -c 'exec 2>&1
    time md5sum /zeros
    time /emulator /arm64/busybox md5sum /zeros' >"$WORK/times"
grep -E '^(real|[0-9a-f]{32})' "$WORK/times"
# --8<-- [end:cost]

# busybox's time counts hundredths of a second; none takes a minute
seconds() { sed -n 's/^real\t0m \([0-9.]*\)s$/\1/p' "$WORK/times" | sed -n "$1p"; }
sample native "$(seconds 1)"
sample emulated "$(seconds 2)"
