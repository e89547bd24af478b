#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:image]
image_with() { # one file of so many MiB, in a layer on top of cvm-lab
    docker run --name "$RUN-file$1" cvm-lab \
        dd if=/dev/urandom of=/file bs=1M count="$1" 2>/dev/null
    docker commit "$RUN-file$1" "$RUN-image$1" >/dev/null
}
image_with 32
# --8<-- [end:image]

# The copy onto the volume reads the image's file, so that all of it is in the page
# cache; sync has nothing of it waiting to be written. Each dd ends when its byte is
# on the disk; ts stamps the lines between them, in seconds since the line before.
# Where the file system below can share blocks (xfs, btrfs), the kernel clones and does not copy.
# --8<-- [start:write]
docker volume create "$RUN-volume" >/dev/null
write_bytes() { # one byte at a time, to the file of so many MiB
    docker run --name "$RUN-write$1" -v "$RUN-volume:/volume" \
        "$RUN-image$1" sh -c '
        cp /file /volume/file; sync
        byte() { echo | dd of="$1" bs=1 conv=notrunc,fsync 2>/dev/null; }
        { echo begin
            byte /file; echo the image file
            byte /file; echo the same again
            byte /volume/file; echo the volume file
        } | ts -i %.s'
}
write_bytes 32 | tee "$WORK/32" | grep -v begin
# --8<-- [end:write]

# --8<-- [start:layer]
docker inspect --size -f '{{.SizeRw}} bytes' "$RUN-write32"
# --8<-- [end:layer]

sizes=$(by_effort "1 32" "1 32 256")
for mib in $sizes; do
    if [ "$mib" != 32 ]; then
        image_with "$mib"
        write_bytes "$mib" >"$WORK/$mib"
    fi
    sample "first@$mib" "$(awk '/ the image file$/ {print $1}' "$WORK/$mib")"
    sample "again@$mib" "$(awk '/ the same again$/ {print $1}' "$WORK/$mib")"
    sample "volume@$mib" "$(awk '/ the volume file$/ {print $1}' "$WORK/$mib")"
    sample "layer@$mib" "$(docker inspect --size -f '{{.SizeRw}}' "$RUN-write$mib")"
done
