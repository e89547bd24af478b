#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:inside]
c=$(docker run --rm -d -m 64m --cpus 0.5 --pids-limit 32 \
    cvm-lab sleep 600)
# cgroup version 2 has the first file of each line, version 1 the others
docker exec "$c" sh -c 'cd /sys/fs/cgroup
    echo memory $(cat memory.max memory/memory.limit_in_bytes)
    echo cpu $(cat cpu.max cpu/cpu.cfs_quota_us cpu/cpu.cfs_period_us)
    echo pids $(cat pids.max pids/pids.max)' 2>/dev/null
# --8<-- [end:inside]

# --8<-- [start:outside]
pid=$(docker inspect -f '{{.State.Pid}}' "$c")
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then # version 2
    group=$(grep '^0:' "/proc/$pid/cgroup" | cut -d : -f 3)
    file=/sys/fs/cgroup$group/memory.max
else # version 1
    group=$(grep ':memory:' "/proc/$pid/cgroup" | cut -d : -f 3)
    file=/sys/fs/cgroup/memory$group/memory.limit_in_bytes
fi
echo memory "$(cat "$file")"
# --8<-- [end:outside]

# --8<-- [start:meminfo]
docker exec "$c" sh -c 'tr -s " " </proc/meminfo | grep MemTotal'
tr -s ' ' </proc/meminfo | grep MemTotal
# --8<-- [end:meminfo]
