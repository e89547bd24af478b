#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

source "$CVM_LAB/network.sh"
port=0 # the balancer takes one that is free

# --8<-- [start:versions]
# two versions of a service, as two archives behind the lab's
for v in 1 2; do
    mkdir -p "$WORK/$v/srv/cgi-bin"
    cp "$HERE/app" "$WORK/$v/srv/cgi-bin"
    echo "version $v" >"$WORK/$v/srv/version"
    (cd "$WORK/$v" && find srv | cpio -o -H newc --quiet) |
        gzip | cat initramfs.gz - >"$WORK/$v.gz"
done
# --8<-- [end:versions]

# --8<-- [start:instances]
declare -A pid at
start() { # NAME VERSION: an instance, at a free port of 127.0.0.1
    qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 \
        -device virtio-net-pci,netdev=n -netdev \
        user,id=n,restrict=on,hostfwd=tcp:127.0.0.1:0-:80 \
        -nodefaults -display none -serial "file:$WORK/console-$1" \
        -no-reboot -kernel vmlinuz -initrd "$WORK/$2.gz" \
        -append 'console=ttyS0 no_timer_check panic=-1 loglevel=1
        run="ip address add 10.0.2.15/24 dev eth0; ip link set eth0 up
        httpd -h /srv; echo ready; sleep 600"' 2>>"$WORK/log" &
    pid[$1]=$!
}
ready() { # NAME: it has booted, and has answered
    until grep -qs ready "$WORK/console-$1"; do sleep 0.2; done
    at[$1]=$("$CVM_PYTHON" -I -S "$CVM_LAB/ports.py" of "${pid[$1]}")
    until ask "${at[$1]}" /cgi-bin/app; do sleep 0.2; done
}
stop() { # NAME: at once
    kill "${pid[$1]}"
}
# --8<-- [end:instances]

# --8<-- [start:balancer]
: "${port:=8080}" # where the balancer listens
ask() { # PORT PATH: one request
    "$CVM_PYTHON" -I -S "$CVM_LAB/load.py" "$1" "$2" 1 1 | grep -q ' 200 '
}
for name in a b c; do start $name 1; done
for name in a b c; do ready $name; echo "${at[$name]}"; done >"$WORK/list"
"$CVM_PYTHON" -I -S "$CVM_LAB/balancer.py" "$port" "$WORK/list" &
# --8<-- [end:balancer]
trap 'kill $(jobs -p) 2>/dev/null' EXIT
port=$(port_of $!)
wait_for 10 ask "$port" /cgi-bin/app

# --8<-- [start:update]
load() { # ANSWERS: until ended, 5 requests a second
    exec "$CVM_PYTHON" -I -S "$CVM_LAB/load.py" "$port" \
        /cgi-bin/app 10000 5 >"$1"
}
report() { # ANSWERS
    awk '$2 == 200 && $3 == "version" {good[$4]++} END {
        printf "%d failed; ", NR - good[1] - good[2]
        printf "version 1: %d, version 2: %d\n", good[1], good[2]}' "$1"
}
load "$WORK/answers" &
loading=$!
for name in a b c; do
    start $name-2 2
    ready $name-2                           # 1. the successor answers …
    echo "${at[$name-2]}" >>"$WORK/list"    # 2. … and gets requests
    sed -i "/^${at[$name]}\$/d" "$WORK/list" # 3. the old one gets no more,
    ask "$port" "/drained/${at[$name]}"     # 4. has answered those it has,
    stop $name                              # 5. and only then goes
done
kill "$loading" # no further requests
wait "$loading"
report "$WORK/answers"
# --8<-- [end:update]

# --8<-- [start:careless]
load "$WORK/careless" &
loading=$!
sleep 0.5
stop a-2 # without the steps before
sleep 1
kill "$loading"
wait "$loading"
report "$WORK/careless"
# --8<-- [end:careless]
