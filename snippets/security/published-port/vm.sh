#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

source "$CVM_LAB/network.sh"
port=0 # QEMU takes one that is free

# --8<-- [start:start]
: "${port:=8080}" # one that is free
forward=hostfwd=tcp:127.0.0.1:$port-:80
qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 \
    -netdev "user,id=net,restrict=on,$forward" \
    -device virtio-net-pci,netdev=net \
    -nodefaults -display none -serial "file:$WORK/console" \
    -kernel vmlinuz -initrd initramfs.gz \
    -append 'console=ttyS0 no_timer_check panic=-1 loglevel=1
    run="ip address add 10.0.2.15/24 dev eth0; ip link set eth0 up
    httpd -p 80 -h /etc; echo ready; sleep 600"' &
vm=$!
# --8<-- [end:start]
trap 'kill "$vm"' EXIT
wait_for 60 grep -q ready "$WORK/console"
port=$(port_of "$vm")

# --8<-- [start:ask]
./busybox wget -q -O - "http://127.0.0.1:$port/os-release"
# --8<-- [end:ask]

# --8<-- [start:listener]
ss -Hltnp "sport = :$port" | grep -o '"qemu-system[^"]*"'
# --8<-- [end:listener]
