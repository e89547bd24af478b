#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:guest]
cat >"$WORK/guest" <<'END'
# Runs in the guest: two containers made by hand, without a limit.
echo 'user:x:1000:1000::/:/bin/sh' >>/etc/passwd
box() { unshare -m -u -i -n -p -f su user -c "$1"; }
mkdir /data
mount -t tmpfs -o size=16m,mode=777 data /data # one disk for both
mkfifo /tmp/go

echo 'disk:'
box 'dd if=/dev/zero of=/data/hog bs=1M' 2>/dev/null
box 'echo words >/data/mine' 2>&1
rm /data/*

echo 'files:' # of which this kernel may now have 1500 open, in all
echo 1500 >/proc/sys/fs/file-max
box 'set -- $(yes /etc/passwd | head -n 900)
    tail -f "$@" & tail -f "$@"' >/dev/null 2>&1 &
until [ "$(cut -f 1 /proc/sys/fs/file-nr)" -ge 1400 ]; do usleep 50000; done
sleep 1
box 'cat /etc/os-release' 2>&1
kill -9 $(pidof tail)
echo 100000 >/proc/sys/fs/file-max

echo 'memory:' # the neighbour holds 100 MiB, the others take 16 each
box '(dd if=/dev/zero bs=100M 2>/dev/null
    echo "the neighbour ended with $?" >&2) | exec sleep 600' 2>/tmp/told &
sleep 1
box 'for i in 1 2 3 4 5 6 7 8 9; do
    dd if=/dev/zero bs=16M | sleep 600 &
    usleep 200000; done; wait' 2>/dev/null &
until [ -s /tmp/told ]; do sleep 1; done
sleep 2
cat /tmp/told
echo "of the others, $(pidof dd | wc -w) go on"
{ kill -9 $(pidof sleep); wait; } 2>/dev/null

echo 'processes:' # for which this kernel now has numbers up to 319
echo 320 >/proc/sys/kernel/pid_max
box 'read go </tmp/go; cat /etc/os-release | grep lab' 2>&1 &
neighbour=$!
: >/tmp/hog
box '(while :; do sleep 600 & done); exec sleep 600' 2>/tmp/hog &
until read -r line </tmp/hog; do # a pause that starts no process:
    read -r -t 1 nothing </dev/console
done
echo >/tmp/go
wait $neighbour
kill -9 -1 # all but this shell and its parent
until set -- /proc/[0-9]* && [ $# -lt 100 ]; do
    read -r -t 1 nothing </dev/console
done
exit 0
END
# --8<-- [end:guest]

# --8<-- [start:start]
(cd "$WORK" && echo guest | cpio -o -H newc --quiet) |
    cat initramfs.gz - >"$WORK/initrd"
qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 256 \
    -nodefaults -display none -serial "file:$WORK/console" -no-reboot \
    -kernel vmlinuz -initrd "$WORK/initrd" \
    -append 'console=ttyS0 no_timer_check loglevel=0 panic=-1
        run="exec sh /guest"' &
vm=$!
# --8<-- [end:start]

# --8<-- [start:host]
failed=0
while kill -0 "$vm" 2>/dev/null; do # as long as the guest runs
    { date >"$WORK/file" && cat "$WORK/file" >"$WORK/copy"; } ||
        failed=$((failed + 1))
    echo tried >>"$WORK/tried"
    sleep 0.1
done
echo "on the host, $failed of $(wc -l <"$WORK/tried") attempts failed"
# --8<-- [end:host]

# --8<-- [start:console]
cat "$WORK/console"
# --8<-- [end:console]
