#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

source "$CVM_LAB/network.sh"
port=$(held_ports 1) # the guest is told it before QEMU starts

# --8<-- [start:marker]
echo 'a file of the host' >"$WORK/marker"
chmod 600 "$WORK/marker"
# --8<-- [end:marker]

# --8<-- [start:monitor]
: "${port:=4444}" # one that is free
qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 \
    -monitor "tcp:127.0.0.1:$port,server=on,wait=off" \
    -netdev user,id=net -device virtio-net-pci,netdev=net \
    -nodefaults -display none -serial stdio -no-reboot \
    -kernel vmlinuz -initrd initramfs.gz \
    -append "console=ttyS0 no_timer_check panic=-1 loglevel=1
    run=\"ip address add 10.0.2.15/24 dev eth0; ip link set eth0 up
    echo the guest speaks to the monitor
    (printf 'migrate \042exec:cp $WORK/marker $WORK/answer\042\nquit\n'
    sleep 600) | nc 10.0.2.2 $port >/dev/null\"" 2>"$WORK/log"
# --8<-- [end:monitor]

# --8<-- [start:answer]
cat "$WORK/answer"
# --8<-- [end:answer]
