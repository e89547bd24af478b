#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:start]
path=addr.path=$WORK/cable # a Unix socket
vm() { # NUMBER, SERVER, COMMAND: card 0 for itself; card 1 is an end of the
    # cable: the server's (on), or that which connects to it (off)
    exec qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 \
        -netdev user,id=own,restrict=on \
        -device "virtio-net-pci,netdev=own,mac=52:54:00:00:00:0$1" \
        -netdev "stream,id=cable,server=$2,addr.type=unix,$path" \
        -device "virtio-net-pci,netdev=cable,mac=52:54:00:00:01:0$1" \
        -nodefaults -display none -serial stdio -no-reboot \
        -kernel vmlinuz -initrd initramfs.gz \
        -append "console=ttyS0 no_timer_check panic=-1 loglevel=1
        run=\"ip link set lo up
        ip address add 10.0.2.1$1/24 dev eth0; ip link set eth0 up
        ip address add 198.18.0.$1/24 dev eth1; ip link set eth1 up; $3\""
}
vm 1 on 'httpd -p 80 -h /etc; echo ready; sleep 600' >"$WORK/1" &
# --8<-- [end:start]
first=$!
trap 'kill "$first"' EXIT
wait_for 60 grep -q ready "$WORK/1"

# --8<-- [start:second]
vm 2 off 'echo over the cable:
    wget -q -O - http://198.18.0.1/os-release
    echo the network on its other card:
    ping -c 1 -W 10 10.0.2.2 | grep -o 1.packets.received
    echo at the address of the first on it:
    wget -q -O - http://10.0.2.11/os-release 2>/dev/null ||
        echo no answer'
# --8<-- [end:second]
