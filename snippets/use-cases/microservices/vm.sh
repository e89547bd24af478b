#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

n=3 # instances of middle; each boot takes seconds of a processor in software emulation
[ "$ACCEL" != kvm ] || n=10
source "$CVM_LAB/network.sh"
port=0 # QEMU takes one that is free

# --8<-- [start:files]
: "${n:=3}" # instances of middle
# the services and a hosts file, the same for every VM
mkdir -p "$WORK/srv/cgi-bin" "$WORK/etc"
cp "$HERE"/{front,middle,store} "$WORK/srv/cgi-bin"
echo 198.18.0.2 store >"$WORK/etc/hosts"
for i in $(seq "$n"); do
    echo "198.18.0.$((i + 2)) middle" >>"$WORK/etc/hosts"
done
(cd "$WORK" && find srv etc | cpio -o -H newc --quiet) |
    gzip | cat initramfs.gz - >"$WORK/shop.gz"
# --8<-- [end:files]

# --8<-- [start:network]
# their network: a QEMU without a machine, which joins the ends of wires
wires=()
for i in $(seq $((n + 2))); do
    wires+=(-netdev "hubport,id=hub$i,hubid=0,netdev=wire$i"
        -netdev "stream,id=wire$i,server=on,addr.type=unix,addr.path=$WORK/$i")
done
qemu-system-x86_64 -M none -nodefaults -display none "${wires[@]}" \
    2>"$WORK/warnings" &
# --8<-- [end:network]
trap 'kill $(jobs -p) 2>/dev/null' EXIT
wait_for 10 test -S "$WORK/$((n + 2))"

# --8<-- [start:services]
declare -A pid
service() { # NAME NUMBER [OPTION…]: a VM at this end of the wires
    local name=$1 number=$2 mac=52:54:00:00:00
    shift 2
    rm -f "$WORK/$name"
    qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 \
        -netdev "stream,id=shop,addr.type=unix,addr.path=$WORK/$number" \
        -device "virtio-net-pci,netdev=shop,mac=$mac:$((number + 10))" \
        "$@" -nodefaults -display none -serial "file:$WORK/$name" \
        -no-reboot -kernel vmlinuz -initrd "$WORK/shop.gz" \
        -append "console=ttyS0 no_timer_check panic=-1 loglevel=1
            run=\"hostname $name
        ip address add 198.18.0.$number/24 dev eth0
        ip address add 10.0.2.15/24 dev eth1 2>/dev/null
        for c in lo eth0 eth1; do ip link set \$c up 2>/dev/null; done
        httpd -h /srv; echo ready; sleep 600\"" 2>>"$WORK/warnings" &
    pid[$name]=$!
}
service store 2
for i in $(seq "$n"); do service "middle-$i" $((i + 2)); done
# the front alone is published, so it has a second network card
: "${port:=8080}"
service front 1 -device virtio-net-pci,netdev=host \
    -netdev "user,id=host,restrict=on,hostfwd=tcp:127.0.0.1:$port-:80"
# --8<-- [end:services]
port=$(port_of "${pid[front]}")

# --8<-- [start:load]
load() { # REQUESTS PER-SECOND: orders for three packets of tea
    "$CVM_PYTHON" -I -S "$CVM_LAB/load.py" "$port" \
        /cgi-bin/front?tea-3 "$@" | awk '
        $2 == 200 && /3 x tea = 750, by / {good++; if (!by[$NF]++) n++}
        END {printf "%d of %d failed, %d answered\n", NR - good, NR, n}'
}
ready() { # NAME…: these have booted
    for name; do
        until grep -qs ready "$WORK/$name"; do sleep 0.2; done
    done
}
ready "${!pid[@]}"
load 12 6
# --8<-- [end:load]

# --8<-- [start:kill]
load 9 3 & # for three seconds
loading=$!
sleep 0.5
kill "${pid[middle-2]}" # as pulling its plug: the guest is told nothing
service middle-2 4
wait "$loading"
ready middle-2
# --8<-- [end:kill]

# --8<-- [start:store]
kill "${pid[store]}" # there is only one
load 2 2
# --8<-- [end:store]
