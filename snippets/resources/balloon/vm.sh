#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:start]
start() { # NAME OPTION: a VM with a balloon, its console and its monitor
    mkfifo "$WORK/$1".{console,monitor}.{in,out}
    qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 512 \
        -device "virtio-balloon-pci,free-page-reporting=$2" \
        -nodefaults -display none -serial "pipe:$WORK/$1.console" \
        -monitor "pipe:$WORK/$1.monitor" \
        -kernel vmlinuz -initrd initramfs.gz \
        -append 'console=ttyS0 no_timer_check panic=-1 loglevel=1
        run="mkdir /ram; mount -t tmpfs -o size=400m ram /ram
        echo ready; read go
        dd if=/dev/zero of=/ram/file bs=1M count=300; echo touched; read go
        rm /ram/file; echo freed; exec sleep 600"' &
    vms+=($!)
}
start asked off
start reports on
# --8<-- [end:start]
said() { # WORD: wait until both guests have said it
    within 60 grep -a -q "$1" "$WORK/asked.console.out"
    within 60 grep -a -q "$1" "$WORK/reports.console.out"
}
go() {
    echo go >"$WORK/asked.console.in"
    echo go >"$WORK/reports.console.in"
}
# --8<-- [start:pss]
pss() { # PID
    awk '/^Pss:/ {printf "%.0f\n", $2 * 1024}' "/proc/$1/smaps_rollup"
}
# --8<-- [end:pss]
read_all() { # METRIC
    sample "$1" "$(pss "${vms[0]}")"
    sample "reporting-$1" "$(pss "${vms[1]}")"
}

said ready
sleep 1 # what starts a VM settles
read_all idle
go
said touched
sleep 1
read_all touched
go
said freed
sleep 5 # the guest's kernel reports free pages some 2 seconds after they are freed
read_all freed

# --8<-- [start:balloon]
echo balloon 128 >"$WORK/asked.monitor.in"
until echo info balloon >"$WORK/asked.monitor.in" &&
    timeout 5 grep -a -o -m 1 actual=128 "$WORK/asked.monitor.out"; do
    sleep 0.2
done
# --8<-- [end:balloon]
sample ballooned "$(pss "${vms[0]}")"
kill "${vms[@]}"
wait "${vms[@]}"
