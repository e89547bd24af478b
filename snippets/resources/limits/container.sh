#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:cpu]
# half a CPU, for a program that would take a whole one for two seconds;
# cgroup version 2 has the first file, version 1 the other
docker run --rm --cpus 0.5 cvm-lab sh -c 'exec 2>&1
    time timeout 2 md5sum /dev/zero
    cd /sys/fs/cgroup; cat cpu.stat cpu/cpu.stat
    cat cpu.max cpu/cpu.cfs_quota_us cpu/cpu.cfs_period_us |
        xargs echo quota and period:' >"$WORK/cpu" || true
grep -w -E '^(real|user|sys|nr_periods|nr_throttled|quota)' "$WORK/cpu"
# --8<-- [end:cpu]

# --8<-- [start:memory]
# 64 MiB, for a program that fills 256 MiB; the shell around it lives on
docker run --rm -m 64m cvm-lab sh -c '
    dd if=/dev/zero of=/dev/null bs=256M count=1; code=$?
    cd /sys/fs/cgroup
    grep -h "oom_kill " memory.events memory/memory.oom_control
    cat memory.peak memory/memory.max_usage_in_bytes
    exit $code' >"$WORK/memory" 2>/dev/null || echo "ended with $?"
cat "$WORK/memory"
# --8<-- [end:memory]

# --8<-- [start:pids]
# 32 processes, for a shell that starts one after another
docker run --rm --pids-limit 32 cvm-lab sh -c 'exec 2>&1; i=0
    while i=$((i + 1)); do echo "$i processes"; sleep 9 & done' \
    >"$WORK/pids" || tail -n 2 "$WORK/pids"
# --8<-- [end:pids]

# --8<-- [start:shares]
# two containers that both want the whole of CPU 0, from the same moment on
for shares in 1024 512; do
    docker run -d --name "$RUN-$shares" -v "$WORK:/start:ro" \
        --cpuset-cpus 0 --cpu-shares "$shares" cvm-lab sh -c '
        until [ -e /start/now ]; do usleep 10000; done
        time timeout 1 md5sum /dev/zero' >/dev/null
done
touch "$WORK/now"
docker wait "$RUN-1024" "$RUN-512" >/dev/null
for shares in 1024 512; do
    echo "$shares shares: $(docker logs "$RUN-$shares" 2>&1 | grep user)"
done
# --8<-- [end:shares]

# The same program without a limit: what --cpus took away is seen beside it.
docker run --rm cvm-lab sh -c "time timeout 1 md5sum /dev/zero" >"$WORK/free" 2>&1 || true

# clock FILE WORD…: the sum of these lines of busybox's time, which counts hundredths of a second; none takes a minute
clock() {
    local file=$1
    shift
    for name; do awk -v name="$name" '$1 == name {print $3; found = 1} END {exit !found}' "$file"; done |
        awk '{sum += $1} END {printf "%.2f\n", sum}'
}
sample limited-used "$(clock "$WORK/cpu" user sys)"
sample limited-window "$(clock "$WORK/cpu" real)"
sample periods "$(awk '$1 == "nr_periods" {print $2}' "$WORK/cpu")"
sample throttled "$(awk '$1 == "nr_throttled" {print $2}' "$WORK/cpu")"
sample unlimited-used "$(clock "$WORK/free" user sys)"
sample unlimited-window "$(clock "$WORK/free" real)"
sample memory-peak "$(tail -n 1 "$WORK/memory")"
sample processes "$(awk '/ processes$/ {n = $1} END {print n}' "$WORK/pids")"
for shares in 1024 512; do
    docker logs "$RUN-$shares" >"$WORK/shares" 2>&1
    sample "shares-$shares" "$(clock "$WORK/shares" user sys)"
done
