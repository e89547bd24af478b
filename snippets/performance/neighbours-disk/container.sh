#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

seconds=1
# The disk that holds Docker's volumes, as the limit names it: a whole one, since the kernel limits no partition.
partition=$(findmnt -v -n -o SOURCE -T "$(docker info -f '{{.DockerRootDir}}')")
disk=$partition
while parent=$(lsblk -n -d -o PKNAME "$disk") && [ -n "$parent" ]; do disk=/dev/$parent; done
device=$(lsblk -n -d -o MAJ:MIN "$disk" | tr -d ' ')

# Each record counts as written when the disk says so: dsync. The neighbour's writes are direct, since control
# groups of version 1 limit no others: what goes through the page cache reaches the disk in nobody's name.
# Nothing is read, so that no cache matters.
# --8<-- [start:write]
docker volume create "$RUN-volume" >/dev/null
for name in service hog; do
    docker run -d --name "$RUN-$name" -v "$RUN-volume:/v" \
        cvm-tools sleep 600 >/dev/null
done
serve() { # records of 4 KiB, each on the disk before the next begins
    docker exec "$RUN-service" fio --name=service --filename=/v/records \
        --size=16M --rw=write --bs=4k --sync=dsync --time_based \
        --runtime="${seconds:-3}" --output-format=json
}
neighbour() { # 16 writes of 1 MiB at a time, until it is stopped
    docker exec -d "$RUN-hog" fio --name=hog --filename=/v/hog \
        --size=256M --rw=write --bs=1M --direct=1 --ioengine=libaio \
        --iodepth=16 --time_based --runtime=600 \
        --output-format=json --output=/v/told
}
serve >"$WORK/alone"
neighbour
serve >"$WORK/beside"
# --8<-- [end:write]
stop() { # STATE: end the neighbour, which then tells what it wrote
    docker exec "$RUN-hog" busybox killall -INT fio
    wait_for 10 stopped
    docker exec "$RUN-hog" cat /v/told >"$WORK/neighbour-$1"
}
stopped() { ! docker exec "$RUN-hog" busybox pidof fio; }
stop beside

# What docker run --device-write-bps sets. That of Debian 13's client (26.1.5+dfsg1) sends an empty list.
# --8<-- [start:limit]
limit() { # BYTES: the most that the neighbour may write in a second
    local pid group
    pid=$(docker inspect -f '{{.State.Pid}}' "$RUN-hog")
    if [ -e /sys/fs/cgroup/cgroup.controllers ]; then # version 2
        group=/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$pid/cgroup")
        echo "$device wbps=$1" >"$group/io.max"
        grep -o 'wbps=[0-9]*' "$group/io.max" | cut -d = -f 2
    else # version 1
        group=/sys/fs/cgroup/blkio$(
            sed -n 's/^[0-9]*:blkio://p' "/proc/$pid/cgroup")
        echo "$device $1" >"$group/blkio.throttle.write_bps_device"
        cut -d ' ' -f 2 "$group/blkio.throttle.write_bps_device"
    fi
}
limit $((20 * 1024 * 1024))
neighbour
serve >"$WORK/limited"
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
