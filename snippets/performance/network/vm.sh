#!/usr/bin/env bash
# shellcheck disable=SC2086 # two of the clients' options are two words
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# The client's end is measured, by a client on the host. The VM has two network
# cards: eth0 leads into QEMU's own network stack (user), eth1 to a tap device.
amount=$(by_effort '--bytes 8M' '--time 1')
time=$(by_effort 0.2 1)
source "$CVM_LAB/network.sh"

read -r p1 p2 < <(held_ports 2)
# --8<-- [start:tap]
tap=cvm${RUN##*-}
# Addresses of the range that is set aside for benchmarks (RFC 2544)
net=198.18.$((0x${RUN: -2}))
# QEMU makes the tap device, which goes when QEMU ends, and starts this for it
cat >"$WORK/up" <<END
#!/bin/sh
ip address add $net.1/30 dev \$1
ip link set \$1 up
END
chmod +x "$WORK/up"
# --8<-- [end:tap]

# --8<-- [start:server]
export TMPDIR=/tmp # a directory that also exists below tools
: "${p1:=5201}" "${p2:=5001}" # two ports that are free
user=restrict=on,hostfwd=tcp:127.0.0.1:$p1-:5201
user=$user,hostfwd=tcp:127.0.0.1:$p2-:5001
qemu-system-x86_64 -M q35 -accel "$ACCEL" -cpu max -smp 1 -m 512 \
    -drive file=tools.ext4,if=virtio,format=raw,snapshot=on \
    -netdev "user,id=user,$user" -device virtio-net-pci,netdev=user \
    -netdev "tap,id=tap,ifname=$tap,script=$WORK/up,downscript=no" \
    -device virtio-net-pci,netdev=tap \
    -nodefaults -display none -serial stdio -no-reboot \
    -kernel vmlinuz -initrd initramfs.gz \
    -append "console=ttyS0 no_timer_check panic=-1 loglevel=1 disk=vda
    run=\"busybox ip address add 10.0.2.15/24 dev eth0
    busybox ip address add $net.2/30 dev eth1
    for card in lo eth0 eth1; do busybox ip link set \$card up; done
    iperf3 --server >/dev/null & iperf --server >/dev/null &
    until [ \$(cat /proc/net/tcp* | grep -c ' 0A ') = 2 ]
    do sleep 0.2; done; echo ready; wait\"" >"$WORK/console" &
# --8<-- [end:server]
vm=$!
trap 'kill "$vm"' EXIT
wait_for 90 grep -q ready "$WORK/console"

# iperf's client waits no longer for an answer than half of --interval, and then for ever; SIGTERM does not end it.
chroot() { within 60 chroot "$@"; }

# --8<-- [start:user]
chroot tools iperf3 --client 127.0.0.1 --port "$p1" \
    ${amount:---time 1} --json >"$WORK/stream"
chroot tools iperf --client 127.0.0.1 --port "$p2" \
    --bounceback --bounceback-period 0 --interval 60 \
    --time "${time:-1}" >"$WORK/trips"
# --8<-- [end:user]
reading user

# --8<-- [start:tap-client]
chroot tools iperf3 --client "$net.2" --port 5201 \
    ${amount:---time 1} --json >"$WORK/stream"
chroot tools iperf --client "$net.2" --port 5001 \
    --bounceback --bounceback-period 0 --interval 60 \
    --time "${time:-1}" >"$WORK/trips"
# --8<-- [end:tap-client]
reading tap
