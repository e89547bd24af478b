#!/usr/bin/env bash
# shellcheck disable=SC2086 # the job is many words
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# One request at a time, past the page cache (direct=1): what is timed is the way
# to the disk and back. The file is written first, so that its blocks exist; a
# write is done when the disk has it (sync=dsync).
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
# The writable layer, a volume, and memory, which has no way past the page cache
docker run --rm cvm-tools fio --direct=1 $job >"$WORK/fio"
docker run --rm -v /mnt cvm-tools fio --direct=1 $job >>"$WORK/fio"
docker run --rm --tmpfs /mnt cvm-tools fio --direct=0 $job >>"$WORK/fio"
grep -c '"error" : 0' "$WORK/fio"
# --8<-- [end:show]

while read -r metric value; do
    sample "$metric" "$value"
done < <("$CVM_PYTHON" -I -S "$CVM_LAB/readings.py" fio layer volume tmpfs <"$WORK/fio")
