#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:tell]
# on the host twice, since the load changes every few seconds
./busybox sh "$HERE/look" tell >"$WORK/host"
docker run --rm --network none -v "$HERE/look:/look:ro" \
    cvm-lab sh /look tell >"$WORK/inside"
./busybox sh "$HERE/look" tell >>"$WORK/host"
awk -f "$HERE/compare.awk" "$WORK/host" "$WORK/inside"
# --8<-- [end:tell]
# What is its own for every reader would be no answer: the host's two readings agree.
for label in 'process 1' 'host name' 'identity'; do
    [ "$(grep "^$label" "$WORK/host" | sort -u | wc -l)" = 1 ]
done

# --8<-- [start:try]
docker run --rm --network none -v "$HERE/look:/look:ro" \
    -v "$PWD/modules/lib/modules:/lib/modules:ro" \
    cvm-lab sh /look try
# --8<-- [end:try]

# --8<-- [start:sysctl]
# one setting belongs to a network namespace, the other to the whole kernel
name=net.ipv4.ip_default_ttl
echo "inside $(docker run --rm --network none --sysctl $name=77 \
    cvm-lab sysctl -n $name), on the host $(./busybox sysctl -n $name)"
name=vm.swappiness
docker run --rm --network none --sysctl $name=7 cvm-lab true \
    2>"$WORK/why" || echo "$name: refused, exit code $?" # 125 is Docker's own
# --8<-- [end:sysctl]
