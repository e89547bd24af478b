#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:service]
docker run -d --name "$RUN-service" --cpuset-cpus 0 --cpu-shares 1024 \
    cvm-tools sleep 600 >/dev/null
serve() { # for a second: pieces of work of which each takes well under 1 ms
    docker exec "$RUN-service" sysbench cpu --cpu-max-prime=2000 \
        --time=1 --percentile=99 run
}
serve >"$WORK/alone"
# --8<-- [end:service]

# --8<-- [start:neighbour]
docker run -d --name "$RUN-hog" --cpuset-cpus 0 --cpu-shares 1024 \
    cvm-lab sh -c 'for i in 1 2 3 4; do md5sum /dev/zero & done
    wait' >/dev/null
serve >"$WORK/beside"
docker update --cpu-shares 128 "$RUN-hog" >/dev/null
serve >"$WORK/weighted"
docker update --cpu-shares 1024 --cpuset-cpus 1 "$RUN-hog" >/dev/null
serve >"$WORK/apart"
docker update --cpuset-cpus 0 --cpus 0.25 "$RUN-hog" >/dev/null
serve >"$WORK/quota"
docker inspect -f '{{.HostConfig.CpuShares}} {{.HostConfig.NanoCpus}}' \
    "$RUN-hog"
# --8<-- [end:neighbour]
docker rm -f "$RUN-hog" >/dev/null

# No flag of docker run bounds memory bandwidth: what is left is to let the neighbour run less. 64 MiB a
# block: more than a processor's cache holds for one core, so that the writing goes to memory.
# --8<-- [start:memory]
write_memory=(sysbench memory --memory-oper=write --memory-block-size=64M
    --memory-total-size=1P)
serve() {
    docker exec "$RUN-service" "${write_memory[@]}" --time=1 run
}
serve >"$WORK/memory-alone"
docker run -d --name "$RUN-writer" --cpuset-cpus 1 \
    cvm-tools "${write_memory[@]}" --time=600 run >/dev/null
serve >"$WORK/memory-apart"
docker update --cpus 0.25 "$RUN-writer" >/dev/null
serve >"$WORK/memory-quota"
# --8<-- [end:memory]

pieces=(alone beside weighted apart quota)
moved=(memory-alone memory-apart memory-quota)
cd "$WORK"
cat "${pieces[@]}" | "$CVM_PYTHON" -I -S "$CVM_LAB/sysbench.py" --slow "${pieces[@]}" >readings
cat "${moved[@]}" | "$CVM_PYTHON" -I -S "$CVM_LAB/sysbench.py" "${moved[@]}" >>readings
samples <readings
cat samples
