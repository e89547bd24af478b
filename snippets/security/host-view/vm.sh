#!/usr/bin/env bash
# shellcheck disable=SC2016 # what stands in single quotes is for the guest to expand
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:tell]
./busybox sh "$HERE/look" tell >"$WORK/host"
(cd "$HERE" && echo look | cpio -o -H newc --quiet) | gzip -n |
    cat initramfs.gz - >"$WORK/initrd"
truncate --size=1M "$WORK/disk"
qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 \
    -drive file="$WORK/disk",if=virtio,format=raw \
    -nodefaults -display none -serial stdio -no-reboot \
    -kernel vmlinuz -initrd "$WORK/initrd" \
    -append 'console=ttyS0 no_timer_check panic=-1 loglevel=1
    run="until [ -b /dev/vda ]; do sleep 0.1; done; sh /look tell
     sh /look try
    date -s 2001-01-01 >/dev/null
    echo the year in the VM is $(date +%Y)"' | tr -d '\r' >"$WORK/vm"
./busybox sh "$HERE/look" tell >>"$WORK/host"
sed '/^read the kernel/,$d' "$WORK/vm" >"$WORK/inside"
awk -f "$HERE/compare.awk" "$WORK/host" "$WORK/inside"
# --8<-- [end:tell]

# --8<-- [start:try]
grep -E ': (done|refused)$' "$WORK/vm"
# --8<-- [end:try]

# --8<-- [start:clock]
grep '^the year' "$WORK/vm"
echo "the year on the host is $(date +%Y)"
# --8<-- [end:clock]
