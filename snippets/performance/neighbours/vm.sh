#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:service]
vm() { # CPU of the host, command of the guest
    exec taskset -c "$1" qemu-system-x86_64 -M q35 -accel "$ACCEL" \
        -cpu max -smp 1 -m 256 \
        -drive file=tools.ext4,if=virtio,format=raw,snapshot=on \
        -nodefaults -display none -serial stdio -no-reboot \
        -kernel vmlinuz -initrd initramfs.gz \
        -append "console=ttyS0 no_timer_check panic=-1 loglevel=1 disk=vda
            run=\"$2\""
}
serve='while sysbench cpu --cpu-max-prime=2000 --time=1 \
    --percentile=99 run; do :; done'
vm 0 "$serve" >"$WORK/service" &
vm 1 'echo busy; md5sum /dev/zero & md5sum /dev/zero' >"$WORK/hog" &
hog=$!
# --8<-- [end:service]

# next STATE: keep what the service tells of its next whole second, the one that began before now left out
next() {
    local from
    from=$(grep -c 'execution time' "$WORK/service" || true)
    wait_for 60 sh -c "[ \$(grep -c 'execution time' '$WORK/service') -ge $((from + 2)) ]"
    tr -d '\r' <"$WORK/service" | awk -v from="$from" '
        n >= from + 1 && n < from + 2
        /execution time/ {n++}' >"$WORK/$1"
}
wait_for 60 grep -q busy "$WORK/hog"
wait_for 60 grep -q 'execution time' "$WORK/service"
next apart

# --8<-- [start:alone]
kill -STOP "$hog" # it keeps its memory, and runs no more
# --8<-- [end:alone]
next alone

# --8<-- [start:beside]
kill -CONT "$hog"
taskset --all-tasks -cp 0 "$hog" >/dev/null # onto the service's CPU
grep Cpus_allowed_list "/proc/$hog/status"
# --8<-- [end:beside]
next beside

# --8<-- [start:weighted]
for thread in /proc/"$hog"/task/*; do
    renice -n 19 "${thread##*/}" >/dev/null
done
cut -d ' ' -f 19 "/proc/$hog/stat" # its niceness, in force
# --8<-- [end:weighted]
next weighted

pieces=(alone apart beside weighted)
cd "$WORK"
cat "${pieces[@]}" | "$CVM_PYTHON" -I -S "$CVM_LAB/sysbench.py" --slow "${pieces[@]}" >readings
samples <readings
cat samples
