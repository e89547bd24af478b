#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

n=3 # each boot takes seconds of a processor in software emulation
[ "$ACCEL" != kvm ] || n=20

# --8<-- [start:one]
mkdir -p "$WORK/srv/cgi-bin"
cp "$HERE/who" "$WORK/srv/cgi-bin"
(cd "$WORK" && find srv | cpio -o -H newc --quiet) |
    gzip | cat initramfs.gz - >"$WORK/who.gz"
instance() { # NUMBER: at a free port of 127.0.0.1
    qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 \
        -device virtio-net-pci,netdev=n -netdev \
        user,id=n,restrict=on,hostfwd=tcp:127.0.0.1:0-:80 \
        -nodefaults -display none -serial "file:$WORK/console-$1" \
        -no-reboot -kernel vmlinuz -initrd "$WORK/who.gz" \
        -append "console=ttyS0 no_timer_check panic=-1 loglevel=1
            run=\"hostname instance-$1
        ip address add 10.0.2.15/24 dev eth0; ip link set eth0 up
        httpd -h /srv; echo ready; sleep 600\"" 2>>"$WORK/log" &
    pids[$1]=$!
}
ready() { # NUMBER…: these have booted; note their ports
    for i; do
        until grep -qs ready "$WORK/console-$i"; do sleep 0.2; done
        ports[i]=$("$CVM_PYTHON" -I -S "$CVM_LAB/ports.py" of "${pids[i]}")
    done
}
answering() { # how many answer of those that were started
    for p in "${ports[@]}"; do
        "$CVM_PYTHON" -I -S "$CVM_LAB/load.py" "$p" /cgi-bin/who 1 1
    done | sort -u | grep -c ' 200 instance-'
}
instance 1
ready 1
# --8<-- [end:one]
trap 'kill "${pids[@]}" 2>/dev/null' EXIT
# --8<-- [start:scale]
: "${n:=3}" # as many as there are to be
echo "$(answering) answers"
for i in $(seq 2 "$n"); do instance "$i"; done
mapfile -t started < <(seq 2 "$n")
ready "${started[@]}"
echo "$(answering) answer"
kill "${pids[@]:2}" # all but the first
wait "${pids[@]:2}" || true
echo "$(answering) answers"
# --8<-- [end:scale]
