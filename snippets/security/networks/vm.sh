#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# A port of 127.0.0.1 that nothing listens on.
port=$("$CVM_PYTHON" -I -S -c 'import socket
print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])')

# --8<-- [start:start]
: "${port:=4444}" # one that is free
vm() { # NUMBER, END OF THE CABLE, COMMAND: card 0 for itself, 1 the cable
    exec qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 \
        -netdev user,id=own,restrict=on \
        -device "virtio-net-pci,netdev=own,mac=52:54:00:00:00:0$1" \
        -netdev "socket,id=cable,$2=127.0.0.1:$port" \
        -device "virtio-net-pci,netdev=cable,mac=52:54:00:00:01:0$1" \
        -nodefaults -display none -serial stdio -no-reboot \
        -kernel vmlinuz -initrd initramfs.gz \
        -append "console=ttyS0 loglevel=1
        run=\"ip link set lo up
        ip address add 10.0.2.1$1/24 dev eth0; ip link set eth0 up
        ip address add 198.18.0.$1/24 dev eth1; ip link set eth1 up; $3\""
}
vm 1 listen 'httpd -p 80 -h /etc; echo ready; sleep 600' >"$WORK/1" &
# --8<-- [end:start]
first=$!
trap 'kill "$first"' EXIT
# listening PORT: whether something listens on the port
listening() { grep -q "$(printf ':%04X 0.* 0A ' "$1")" /proc/net/tcp; }
wait_for 30 listening "$port"

# shellcheck disable=SC2016 # the guest is to expand it
# --8<-- [start:second]
vm 2 connect 'echo over the cable:
    for try in $(seq 20); do
        timeout 2 wget -q -O - http://198.18.0.1/os-release && break
        usleep 500000
    done 2>/dev/null
    echo the network on its other card:
    ping -c 1 -W 2 10.0.2.2 | grep -o 1.packets.received
    echo at the address of the first on it:
    timeout 2 wget -q -O - http://10.0.2.11/os-release 2>/dev/null ||
        echo no answer'
# --8<-- [end:second]
