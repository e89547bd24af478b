#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:read]
# PID…: the memory of processes; what n of them share counts 1/n in each
pss() {
    local files=("${@/#//proc/}")
    cat "${files[@]/%//smaps_rollup}" |
        awk '/^Pss:/ {kib += $2} END {printf "%.0f\n", kib * 1024}'
}
# PID FILE OLD-FILE: a file of its control group, by version 2 and 1
group() {
    if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
        cat "/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$1/cgroup")/$2"
    else
        cat "/sys/fs/cgroup/memory$(
            sed -n 's/^[0-9]*:memory://p' "/proc/$1/cgroup"
        )/$3"
    fi
}
# --8<-- [end:read]
available() {
    sample "available@$1" "$(awk '/^MemAvailable:/ {printf "%.0f\n", $2 * 1024}' /proc/meminfo)"
}
# The daemons are there before the first container: their reading at 0 is what the others are compared with.
daemons() {
    local pids
    mapfile -t pids < <(pgrep -x 'dockerd|containerd')
    sample "daemons@$1" "$(pss "${pids[@]}")"
}
daemons 0
available 0

# Each publishes a port of its own, so that the proxy, a process per port, is counted too.
# --8<-- [start:start]
start() { # NUMBER
    docker run -d --name "$RUN-$1" -p 127.0.0.1::80 cvm-lab \
        sh -c 'echo ready; exec sleep 600' >/dev/null
}
start 1
# --8<-- [end:start]
said() { # NAME: whether the container has written its line
    docker logs "$1" 2>&1 | grep -q ready
}
wait_for 20 said "$RUN-1"

# --8<-- [start:processes]
workload=$(docker inspect -f '{{.State.Pid}}' "$RUN-1")
shim=$(ps -o ppid= -p "$workload" | tr -d ' ')
port=$(docker port "$RUN-1" 80 | cut -d : -f 2)
proxy=$(pgrep -f "docker-proxy .*-host-port $port ")
for pid in "$workload" "$shim" "$proxy"; do
    cat "/proc/$pid/comm"
done
# --8<-- [end:processes]

read_all() { # NUMBER: sample the memory of the containers 1 to NUMBER
    local names i pids ports pid shims=() proxies=() usage=0 anonymous=0 file=0 stat
    for ((i = 1; i <= $1; i++)); do names[i]=$RUN-$i; done
    mapfile -t pids < <(docker inspect -f '{{.State.Pid}}' "${names[@]}")
    mapfile -t ports < <(docker inspect -f '{{(index (index .NetworkSettings.Ports "80/tcp") 0).HostPort}}' "${names[@]}")
    for pid in "${pids[@]}"; do
        shims+=("$(ps -o ppid= -p "$pid" | tr -d ' ')")
        usage=$((usage + $(group "$pid" memory.current memory.usage_in_bytes)))
        stat=$(group "$pid" memory.stat memory.stat)
        # Version 1 calls anonymous memory rss and the page cache cache.
        anonymous=$((anonymous + $(awk '$1 == "anon" || $1 == "rss" {print $2}' <<<"$stat")))
        file=$((file + $(awk '$1 == "file" || $1 == "cache" {print $2}' <<<"$stat")))
    done
    for port in "${ports[@]}"; do proxies+=("$(pgrep -f "docker-proxy .*-host-port $port ")"); done
    sample "cgroups@$1" "$usage"
    sample "anonymous@$1" "$anonymous"
    sample "file@$1" "$file"
    sample "shims@$1" "$(pss "${shims[@]}")"
    sample "proxies@$1" "$(pss "${proxies[@]}")"
    daemons "$1"
    available "$1"
}

running=1
for n in $(by_effort "1 2" "1 2 4 8 16 32 64"); do
    while [ "$running" -lt "$n" ]; do
        running=$((running + 1))
        start "$running" &
        [ $((running % 4)) != 0 ] || wait # four at a time: more at once would gain nothing
    done
    wait
    wait_for 20 said "$RUN-$n" # the last to be started; the others started while it did
    sleep 1 # what starts a container settles
    read_all "$n"
done
# Here and not by the runner: removing many takes a while, which belongs to this script's time.
mapfile -t names < <(seq -f "$RUN-%g" "$running")
docker rm -f "${names[@]}" >/dev/null
