#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

source "$CVM_LAB/network.sh"
port=0 # the server takes one that is free

# --8<-- [start:host]
: "${port:=8080}" # one that is free
mkdir "$WORK/www"
echo 'for this machine only' >"$WORK/www/marker"
./busybox httpd -f -p "127.0.0.1:$port" -h "$WORK/www" &
# --8<-- [end:host]
port=$(port_of $!)
wait_for 10 ./busybox wget -q -O /dev/null "http://127.0.0.1:$port/marker"

# --8<-- [start:guest]
qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 \
    -netdev user,id=open,net=10.0.2.0/24 \
    -device virtio-net-pci,netdev=open \
    -netdev user,id=closed,net=10.0.3.0/24,restrict=on \
    -device virtio-net-pci,netdev=closed \
    -nodefaults -display none -serial stdio -no-reboot \
    -kernel vmlinuz -initrd initramfs.gz \
    -append "console=ttyS0 no_timer_check panic=-1 loglevel=1
    run=\"ip address add 10.0.2.15/24 dev eth0; ip link set eth0 up
    ip address add 10.0.3.15/24 dev eth1; ip link set eth1 up
    echo restricted:; wget -q -O - http://10.0.3.2:$port/marker
    echo as it is:; wget -q -O - http://10.0.2.2:$port/marker\""
# --8<-- [end:guest]
kill %1
