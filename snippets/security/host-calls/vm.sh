#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:trace]
# The guest waits for a line on its console before it works, and after it.
truncate --size=16M "$WORK/disk"
mkfifo "$WORK/line"
strace -f -o "$WORK/trace" \
    qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 -pidfile "$WORK/pid" \
    -drive file="$WORK/disk",if=virtio,format=raw \
    -nic user,model=virtio-net-pci,restrict=on \
    -nodefaults -display none -serial stdio -no-reboot \
    -kernel vmlinuz -initrd initramfs.gz \
    -append 'console=ttyS0 no_timer_check panic=-1 loglevel=1
    run="until [ -b /dev/vda ]; do sleep 0.1; done; echo ready; read line
    sha256sum /bin/busybox; for i in 1 2 3; do sh -c :; done
    dd if=/dev/zero of=/dev/vda bs=64k count=64 conv=fsync
    dd if=/dev/vda of=/dev/null bs=64k
    ip link set eth0 up; ip addr add 10.0.2.15/24 dev eth0
    ping -c 3 -i 0.2 10.0.2.2
    echo done; read line"' <"$WORK/line" >"$WORK/said" 2>&1 &
exec 3>"$WORK/line"
wait_for 30 grep -q ^ready "$WORK/said"
kill -WINCH "$(cat "$WORK/pid")" # a mark in the trace, and nothing else
echo >&3
wait_for 30 grep -q ^done "$WORK/said"
kill -WINCH "$(cat "$WORK/pid")"
echo >&3
wait "$!"
grep -oE -e '[0-9]+ packets received' -e '[0-9+]+ records out' "$WORK/said"
# --8<-- [end:trace]

# --8<-- [start:count]
awk -f "$HERE/count.awk" "$WORK/trace" >"$WORK/calls"
echo "different host calls from start to end: $(wc -l <"$WORK/calls")"
echo "while the guest worked: $(grep -c ' working$' "$WORK/calls")"
# --8<-- [end:count]

while read -r name when; do
    number=$(awk -v name="$name" '$2 == name {print $1}' "$CVM_LAB/system-calls")
    [ -z "$number" ] || sample "$when@$number" 1
done <"$WORK/calls"
