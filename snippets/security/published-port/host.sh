#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

mkdir -p "$WORK/host" "$WORK/container"
echo 'a service of the host' >"$WORK/host/who"
echo 'a service of the container' >"$WORK/container/who"
ln -s "$PWD/busybox" "$WORK/busybox"
cd "$WORK"

# --8<-- [start:gateway]
cat "$HERE/gateway"
# --8<-- [end:gateway]

# --8<-- [start:rules]
unshare --user --map-root-user --net --mount --pid --fork \
    --kill-child sh <<'EOF'
. "$HERE/gateway"

iptables -P INPUT DROP # the firewall: nothing may come in
echo 'port 8081, on which the host listens:'; ask 8081

# what docker run -p 8080:80 adds
iptables -t nat -A PREROUTING -p tcp --dport 8080 \
    -j DNAT --to-destination 198.51.100.2:80
echo 'port 8080, published:'; ask 8080

iptables -I FORWARD -i client -j DROP # in Docker's chain: DOCKER-USER
echo 'port 8080, with a rule where it passes:'; ask 8080
EOF
# --8<-- [end:rules]
