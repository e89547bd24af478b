#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:start]
docker run -d --network none --name "$RUN" -m 64m cvm-lab sh -c '
    echo out; echo err >&2; exec sleep 600' >/dev/null
# --8<-- [end:start]
written() { [ "$(docker logs "$RUN" 2>&1 | wc -l)" = 2 ]; }
wait_for 10 written

# --8<-- [start:logs]
docker logs "$RUN" 2>/dev/null
docker inspect -f '{{.HostConfig.LogConfig.Type}}' "$RUN"
# --8<-- [end:logs]

# --8<-- [start:metrics]
docker stats --no-stream --format '{{.MemUsage}} {{.PIDs}}' "$RUN"
# the engine reads it in the container's control group
pid=$(docker inspect -f '{{.State.Pid}}' "$RUN")
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then # version 2
    cd "/sys/fs/cgroup$(grep '^0:' "/proc/$pid/cgroup" | cut -d : -f 3)"
    cat memory.current
else # version 1
    group=$(grep ':memory:' "/proc/$pid/cgroup" | cut -d : -f 3)
    cat "/sys/fs/cgroup/memory$group/memory.usage_in_bytes"
fi
# --8<-- [end:metrics]

# --8<-- [start:state]
docker inspect -f '{{.State.Status}} {{.State.OOMKilled}}' "$RUN"
ps -o comm= -p "$pid" # the host sees the program
# --8<-- [end:state]
