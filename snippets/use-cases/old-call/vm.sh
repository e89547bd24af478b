#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:pack]
mkdir "$WORK/more"
sed 's/#.*//' "$HERE/old-call.hex" | ./busybox xxd -r -p >"$WORK/more/old-call"
chmod 755 "$WORK/more/old-call"
(cd "$WORK/more" && echo old-call | cpio --create --format=newc --quiet) |
    cat - initramfs.gz >"$WORK/initramfs"
# --8<-- [end:pack]

# --8<-- [start:boot]
for mode in none xonly; do
    qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 \
        -nodefaults -display none -serial stdio -no-reboot \
        -kernel vmlinuz -initrd "$WORK/initramfs" \
        -append "console=ttyS0 no_timer_check panic=-1 loglevel=1
            vsyscall=$mode
        run=\"echo vsyscall=$mode:
        /old-call || echo ended with \$?\""
done
# --8<-- [end:boot]
