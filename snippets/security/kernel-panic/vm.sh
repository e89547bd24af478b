#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# stamp NAME: keep each line with the host's time of its arrival in front: one clock for all three.
stamp() {
    local line
    while IFS= read -r line; do printf '%s %s\n' "$EPOCHREALTIME" "$line"; done >"$WORK/$1"
}
mkfifo "$WORK/key"

# shellcheck disable=SC2016 # the guest and the container are to expand it
# --8<-- [start:neighbours]
# writes the next number ten times a second
tick='i=0; while i=$((i + 1)); do echo tick $i; usleep 100000; done'
vm() { # what the guest runs
    exec qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 \
        -nodefaults -display none -serial stdio -no-reboot \
        -kernel vmlinuz -initrd initramfs.gz \
        -append "console=ttyS0 no_timer_check loglevel=1 panic=-1 run=\"$1\""
}
docker run --rm --name "$RUN-tick" --network none cvm-lab \
    sh -c "$tick" > >(stamp container) &
vm "$tick" </dev/null > >(stamp vm) &
vm 'echo ready; read key; echo c >/proc/sysrq-trigger' \
    <>"$WORK/key" > >(stamp victim) &
victim=$!
# --8<-- [end:neighbours]
wait_for 60 grep -q ready "$WORK/victim"
wait_for 60 grep -q 'tick 12' "$WORK/vm"

# --8<-- [start:panic]
echo >"$WORK/key" # the key for which the victim waits
wait "$victim" && echo "the crashed VM's process has ended"
grep -o 'Kernel panic.*' "$WORK/victim"
# --8<-- [end:panic]
at=$(awk '/Kernel panic/ {print $1; exit}' "$WORK/victim")
sleep 1.2

# --8<-- [start:after]
told() { # NAME: what its ticks tell of a second before and after $at
    awk -v at="$at" -v name="$1" '
        $2 != "tick" {next}
        n && $3 + 0 != n + 1 {missing++}
        n && $1 > at - 1 && last < at + 1 {
            when = $1 < at ? "before" : "after"
            if ($1 - last > pause[when]) pause[when] = $1 - last
            if ($1 >= at) later++
        }
        {n = $3 + 0; last = $1}
        END {
            printf "%s: %d ticks missing, ", name, missing
            print (later >= 5 ? "the next ones came" : "it stood still")
            printf "%s before: longest pause %.3f s\n", name, pause["before"]
            printf "%s after: longest pause %.3f s\n", name, pause["after"]
        }' "$WORK/$1" | tee "$WORK/$1.told"
}
told vm
told container
# --8<-- [end:after]
docker rm -f "$RUN-tick" >/dev/null

for name in vm container; do
    for when in before after; do
        sample "$name-$when" "$(awk -v when="$when:" '$2 == when {print $5}' "$WORK/$name.told")"
    done
done
