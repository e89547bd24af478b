#!/usr/bin/env bash
# shellcheck disable=SC2016 # what stands in single quotes is for the guest to expand
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:detect]
(cd "$HERE" && echo traces | cpio -o -H newc --quiet) | gzip -n |
    cat initramfs.gz - >"$WORK/initrd"
qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 \
    -drive file=debian.ext4,if=virtio,format=raw,snapshot=on \
    -nodefaults -display none -serial stdio -no-reboot \
    -kernel vmlinuz -initrd "$WORK/initrd" \
    -append 'console=ttyS0 no_timer_check panic=-1 loglevel=1
    run="sh /traces; until [ -b /dev/vda ]; do sleep 0.1; done
    mkdir /m; mount -t ext4 /dev/vda /m
    for d in proc sys dev; do mount --bind /$d /m/$d; done
    echo a container: $(chroot /m systemd-detect-virt --container)
    echo a VM, by the guest: $(chroot /m systemd-detect-virt --vm)"' |
    tr -d '\r' >"$WORK/vm"
grep '^a ' "$WORK/vm"
# --8<-- [end:detect]

# --8<-- [start:traces]
grep -E '^(file|kernel|process)' "$WORK/vm"
# --8<-- [end:traces]
