#!/usr/bin/env bash
# Boots the lab's guest under the accelerator $1 and succeeds if it reaches user space.
# usage: probe.sh kvm|tcg SECONDS
set -euo pipefail
# --8<-- [start:probe]
probe() {
    timeout --signal=KILL "$2" qemu-system-x86_64 -M q35 -accel "$1" -m 128 \
        -nodefaults -display none -serial stdio -no-reboot \
        -kernel vmlinuz -initrd initramfs.gz \
        -append 'console=ttyS0 no_timer_check panic=-1 loglevel=1
            run="echo user space reached"' </dev/null 2>&1
}
# --8<-- [end:probe]
output=$(probe "$1" "$2") || true
case "$output" in
*"user space reached"*) exit 0 ;;
esac
# The reason, in a line: what QEMU said, or that the guest stayed silent.
reason=$(tr -d '\r\000' <<<"$output" | grep -a -v 'warning' | grep -a -m 1 -E 'qemu-system|Could not|failed|Assertion' || true)
echo "${reason:-the guest did not reach user space within $2 s}"
exit 1
