#!/usr/bin/env bash
# shellcheck disable=SC2016 # the inner shell expands it
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# One request at a time, past the page cache (direct=1): what is timed is the way
# to the disk and back. The file is written first, so that its blocks exist; a
# write is done when the disk has it (sync=dsync).
if [ "$(stat --file-system --format=%T "$WORK")" = tmpfs ]; then
    echo "$WORK lies in memory: set CVM_STATE to a directory on a disk" >&2
    exit 1
fi
size=$(by_effort 16M 64M)
time=$(by_effort 200ms 1s)
# --8<-- [start:show]
job="--directory=/mnt --filename=file --size=${size:-64M} --thread
    --ioengine=psync --output-format=json
    --name=stream --rw=write --bs=1M --end_fsync=1
    --name=read --stonewall --rw=randread --bs=4k
    --time_based --runtime=${time:-1s}
    --name=write --stonewall --rw=randwrite --bs=4k --sync=dsync
    --time_based --runtime=${time:-1s}"
# A directory of the host, at /mnt for what runs in the directory of the tools
mkdir "$WORK/data"
export job
unshare --mount sh -c 'mount --bind "$WORK/data" tools/mnt
    exec chroot tools fio --direct=1 $job' >"$WORK/fio"
grep -c '"error" : 0' "$WORK/fio"
# --8<-- [end:show]

while read -r metric value; do
    sample "$metric" "$value"
done < <("$CVM_PYTHON" -I -S "$CVM_LAB/readings.py" fio host <"$WORK/fio")
