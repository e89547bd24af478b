#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:same]
qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 \
    -nodefaults -display none -serial stdio -no-reboot \
    -kernel vmlinuz -initrd initramfs.gz \
    -append 'console=ttyS0 no_timer_check panic=-1 loglevel=1
    run="cd /
    find . -xdev -type f | sort | xargs sha256sum
    find . -xdev -type l | sort | xargs ls -l"' |
    tr -d '\r' | sed 's/^l.* \.\//.\//' >"$WORK/inside"
grep -xFf manifest "$WORK/inside"
# --8<-- [end:same]

# --8<-- [start:added]
grep -vxF -f manifest -f links "$WORK/inside" |
    grep -v ' ./lib/modules/'
# --8<-- [end:added]

cat "$WORK/inside" # for the test, which compares every line
