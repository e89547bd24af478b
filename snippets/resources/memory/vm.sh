#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

available() {
    sample "available@$1" "$(awk '/^MemAvailable:/ {printf "%.0f\n", $2 * 1024}' /proc/meminfo)"
}
available 0

# Each publishes a port of its own, as the containers do; port 0 lets the host choose one.
# --8<-- [start:start]
start() { # NUMBER
    qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 \
        -netdev user,id=net,hostfwd=tcp:127.0.0.1:0-:80 \
        -device virtio-net-pci,netdev=net \
        -nodefaults -display none -serial "file:$WORK/console-$1" \
        -kernel vmlinuz -initrd initramfs.gz \
        -append 'console=ttyS0 no_timer_check panic=-1 loglevel=1
        run="echo ready; exec sleep 600"' &
    vms+=($!)
}
start 1
# --8<-- [end:start]
wait_for 60 grep -q ready "$WORK/console-1"

# The guest's RAM is the one mapping of its size. Only the buffer of translated code is writable and executable.
# --8<-- [start:parts]
parts() { # PID…: the memory of QEMU processes (PSS), by what it is
    local files=("${@/#//proc/}")
    awk '/^[0-9a-f]+-/ {part = $2 ~ /wx/ ? "translated" : "qemu"}
         /^Size:/ && $2 == 128 * 1024 {part = "guests"}
         /^Pss:/ {kib[part] += $2}
         END {for (part in kib) printf "%s %.0f\n", part, kib[part] * 1024}
        ' "${files[@]/%//smaps}"
}
ps -o comm= -p "${vms[0]}"
parts "${vms[0]}" | grep -o guests
# --8<-- [end:parts]

case $ACCEL in
kvm) full="1 2 4 8 16 32" ;;
*) full="1 2 4 8" ;; # software emulation
esac
running=1
for n in $(by_effort "1 2" "$full"); do
    while [ "$running" -lt "$n" ]; do
        running=$((running + 1))
        start "$running"
    done
    for ((i = 1; i <= n; i++)); do wait_for 120 grep -q ready "$WORK/console-$i"; done
    sleep 1 # what starts a VM settles
    parts "${vms[@]}" | while read -r part bytes; do
        # Under KVM, QEMU translates nothing.
        [ "$part:$ACCEL" = translated:kvm ] || sample "$part@$n" "$bytes"
    done
    available "$n"
done
kill "${vms[@]}"
wait "${vms[@]}"
