#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:start]
docker run -d --name "$RUN-1" cvm-lab \
    sh -c 'echo ready; exec sleep 600' >/dev/null
# --8<-- [end:start]
said() {
    docker logs "$RUN-1" 2>&1 | grep -q ready
}
wait_for 20 said

# --8<-- [start:read]
workload=$(docker inspect -f '{{.State.Pid}}' "$RUN-1")
shim=$(ps -o ppid= -p "$workload" | tr -d ' ')
# the CPU time of the container's control group, in nanoseconds
group() {
    if [ -e /sys/fs/cgroup/cgroup.controllers ]; then # version 2
        awk '/^usage_usec/ {printf "%.0f\n", $2 * 1000}' \
            "/sys/fs/cgroup$(sed -n 's/^0:://p' \
                "/proc/$workload/cgroup")/cpu.stat"
    else # version 1
        cat "/sys/fs/cgroup/cpuacct$(sed -En \
            's/^[0-9]+:[^:]*\<cpuacct\>[^:]*://p' \
            "/proc/$workload/cgroup")/cpuacct.usage"
    fi
}
# PID…: the CPU time of processes, threads that have ended included:
# each process has a clock, whose number is made from its own
processes() {
    python3 -c 'import sys, time
print(sum(time.clock_gettime_ns((~int(pid) << 3) | 2)
          for pid in sys.argv[1:]))' "$@"
}
cat "/proc/$workload/comm" "/proc/$shim/comm"
# --8<-- [end:read]
mapfile -t daemons < <(pgrep -x 'dockerd|containerd')
read_all() {
    echo "$(group) $(processes "$shim") $(processes "${daemons[@]}") ${EPOCHREALTIME/./}000"
}

sleep "$(by_effort 0.5 1)" # what starts a container settles
before=$(read_all)
sleep "$(by_effort 2 6)"
after=$(read_all)
read -r group shim daemons window < <(awk '{if (NR == 1) split($0, a); else for (i = 1; i <= NF; i++)
    printf "%.9f ", ($i - a[i]) / 1e9} END {print ""}' <<<"$before"$'\n'"$after")
sample workload "$group"
sample shim "$shim"
sample daemons "$daemons"
sample window "$window"
