#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

seconds=1
# The disk that holds Docker's volumes, as the limit names it: a whole one, since the kernel limits no partition.
partition=$(findmnt -v -n -o SOURCE -T "$(docker info -f '{{.DockerRootDir}}')")
disk=$partition
while parent=$(lsblk -n -d -o PKNAME "$disk") && [ -n "$parent" ]; do disk=/dev/$parent; done

# Each record counts as written when the disk says so: dsync. The neighbour's writes are direct, since control
# groups of version 1 limit no others: what goes through the page cache reaches the disk in nobody's name.
# Nothing is read, so that no cache matters.
# --8<-- [start:write]
docker volume create "$RUN-volume" >/dev/null
docker run -d --name "$RUN-service" -v "$RUN-volume:/v" \
    cvm-tools sleep 600 >/dev/null
serve() { # records of 4 KiB, each on the disk before the next begins
    docker exec "$RUN-service" fio --name=service --filename=/v/records \
        --size=16M --rw=write --bs=4k --sync=dsync --time_based \
        --runtime="${seconds:-3}" --output-format=json
}
neighbour() { # 16 writes of 1 MiB at a time, until it is stopped
    docker run -d --name "$RUN-hog" -v "$RUN-volume:/v" "$@" cvm-tools fio \
        --name=hog --filename=/v/hog --size=256M --rw=write --bs=1M \
        --direct=1 --ioengine=libaio --iodepth=16 --time_based \
        --runtime=600 --output-format=json >/dev/null
}
serve >"$WORK/alone"
neighbour
serve >"$WORK/beside"
# --8<-- [end:write]
stop() { # STATE: end the neighbour, which then tells what it wrote
    docker kill -s INT "$RUN-hog" >/dev/null
    docker wait "$RUN-hog" >/dev/null
    docker logs "$RUN-hog" >"$WORK/neighbour-$1" 2>/dev/null
    docker rm -f "$RUN-hog" >/dev/null
}
stop beside

# --8<-- [start:limit]
neighbour --device-write-bps "$disk:20mb"
serve >"$WORK/limited"
docker inspect -f '{{(index .HostConfig.BlkioDeviceWriteBps 0).Rate}}' \
    "$RUN-hog"
# --8<-- [end:limit]
stop limited

# number FILE FACTOR KEY…: one number of fio's JSON, which begins below fio's notes, times the factor
number() {
    "$CVM_PYTHON" -I -c '
import json, sys
text = open(sys.argv[1]).read()
value = json.loads(text[text.index("{"):])["jobs"][0]["write"]
for key in sys.argv[3:]:
    value = value[key]
print(f"{value * float(sys.argv[2]):.9f}")' "$@"
}
for state in alone beside limited; do
    sample "$state" "$(number "$WORK/$state" 1e-9 clat_ns percentile 50.000000)"
    sample "$state-slow" "$(number "$WORK/$state" 1e-9 clat_ns percentile 99.000000)"
done
for state in beside limited; do
    sample "neighbour-$state" "$(number "$WORK/neighbour-$state" 1 bw_bytes)"
done
