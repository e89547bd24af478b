#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

mkdir -p "$WORK/host" "$WORK/container"
echo 'a service of the host' >"$WORK/host/who"
echo 'a service of the container' >"$WORK/container/who"
ln -s "$PWD/busybox" "$WORK/busybox"
cd "$WORK"
limit=$(patient 1)
export limit

# --8<-- [start:gateway]
cat >"$WORK/gateway" <<'END'
# Runs in namespaces of its own: a host with a client on one side and a
# container on the other.
mount -t tmpfs tmpfs /run
for name in client container; do
    ip netns add "$name"
    ip link add "$name" type veth peer name eth0 netns "$name"
    ip link set "$name" up
    ip -netns "$name" link set eth0 up
done
ip address add 192.0.2.1/24 dev client
ip -netns client address add 192.0.2.2/24 dev eth0
ip address add 198.51.100.1/24 dev container
ip -netns container address add 198.51.100.2/24 dev eth0
ip -netns container route add default via 198.51.100.1
echo 1 >/proc/sys/net/ipv4/ip_forward

nsenter --net=/run/netns/container ./busybox httpd -p 80 -h container
./busybox httpd -p 8081 -h host
ask() { # what the client gets
    nsenter --net=/run/netns/client timeout "${limit:-1}" \
        ./busybox wget -q -O - "http://192.0.2.1:$1/who" || echo "no answer"
}
END
# --8<-- [end:gateway]

# --8<-- [start:rules]
unshare --user --map-root-user --net --mount --pid --fork \
    --kill-child sh <<'EOF'
. "$WORK/gateway"

echo 'port 8081, on which the host listens:'; ask 8081
iptables -P INPUT DROP # the firewall: nothing may come in
echo 'the same, once nothing may come in:'; ask 8081

# what docker run -p 8080:80 adds
iptables -t nat -A PREROUTING -p tcp --dport 8080 \
    -j DNAT --to-destination 198.51.100.2:80
echo 'port 8080, published:'; ask 8080

iptables -I FORWARD -i client -j DROP # in Docker's chain: DOCKER-USER
echo 'port 8080, with a rule where it passes:'; ask 8080
EOF
# --8<-- [end:rules]
