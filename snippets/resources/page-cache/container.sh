#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

log=$WORK/build.log
trap 'cat "$log"' EXIT # what the builder said, for a build that fails
cached() {
    awk '/^Cached:/ {printf "%.0f\n", $2 * 1024}' /proc/meminfo
}

# --8<-- [start:build]
mkdir "$WORK/context"
head -c 64M /dev/urandom >"$WORK/context/data"
docker build -q -t "$RUN-image" -f - "$WORK/context" >>"$log" 2>&1 <<'EOD'
FROM cvm-lab
COPY data /data
EOD
# --8<-- [end:build]
rm -r "$WORK/context" # and what the page cache has of it

containers=$(by_effort 2 4)
for ((i = 1; i <= containers; i++)); do
    docker run -d --name "$RUN-$i" --network none "$RUN-image" sleep 600 >/dev/null
done
mapfile -t pids < <(for ((i = 1; i <= containers; i++)); do docker inspect -f '{{.State.Pid}}' "$RUN-$i"; done)

# --8<-- [start:inode]
for i in 1 2; do
    docker exec "$RUN-$i" stat -c 'inode %i' /data
done
# --8<-- [end:inode]

# --8<-- [start:drop]
# the file as the host has it: in one of the directories that overlayfs joins
pid=$(docker inspect -f '{{.State.Pid}}' "$RUN-1")
layer=$(awk '$5 == "/" {print $NF}' "/proc/$pid/mountinfo" |
    grep -o 'lowerdir=[^,]*' | cut -d = -f 2 | tr : '\n' |
    while read -r dir; do [ ! -e "$dir/data" ] || echo "$dir"; done)
# to the disk, and out of the page cache: this file and no other
dd of="$layer/data" oflag=nocache conv=notrunc,fdatasync \
    count=0 status=none
fincore -n -r -o RES "$layer/data"
# --8<-- [end:drop]
sample resident@0 "$(fincore -b -n -r -o RES "$layer/data")"
sample cached@0 "$(cached)"

# PID: the page cache charged to its control group, by version 2 or 1
# --8<-- [start:charged]
charged() { # PID
    if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
        awk '$1 == "file" {print $2}' "/sys/fs/cgroup$(
            sed -n 's/^0:://p' "/proc/$1/cgroup")/memory.stat"
    else
        awk '$1 == "cache" {print $2}' "/sys/fs/cgroup/memory$(
            sed -n 's/^[0-9]*:memory://p' "/proc/$1/cgroup")/memory.stat"
    fi
}
# --8<-- [end:charged]
for ((i = 1; i <= containers; i++)); do
    docker exec "$RUN-$i" sh -c 'cat /data >/dev/null'
    sample "resident@$i" "$(fincore -b -n -r -o RES "$layer/data")"
    sample "cached@$i" "$(cached)"
    sample "charged@$i" "$(charged "${pids[i - 1]}")"
done

# The same again, to be seen: the first container is charged, the second is not.
# --8<-- [start:read]
for i in 1 2; do
    docker exec "$RUN-$i" sh -c 'cat /data >/dev/null'
    fincore -n -r -o RES "$layer/data"
    pid=$(docker inspect -f '{{.State.Pid}}' "$RUN-$i")
    charged "$pid" | awk -v i="$i" '
        {printf "charged to container %d: %.0f MiB\n", i, $1 / 1048576}'
done
# --8<-- [end:read]

# A copy of the file in each container's writable layer: other inodes, so other pages. It is looked at in the layer's own
# directory: through overlayfs a fincore that asks by cachestat(2) finds no page.
upper() { # PID
    awk '$5 == "/" {print $NF}' "/proc/$1/mountinfo" | grep -o 'upperdir=[^,]*' | cut -d = -f 2
}
sample cached-copies@0 "$(cached)"
copies=0
for ((i = 1; i <= containers; i++)); do
    docker exec "$RUN-$i" cp /data /copy
    copies=$((copies + $(fincore -b -n -r -o RES "$(upper "${pids[i - 1]}")/copy")))
    sample "resident-copies@$i" "$copies"
    sample "cached-copies@$i" "$(cached)"
    sample "charged-copy@$i" "$(charged "${pids[i - 1]}")"
done
