#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:disk]
mkdir "$WORK/disk"
cat >"$WORK/disk/startup.nsh" <<'END'
@echo -off
echo "no kernel, no operating system: this line comes from the firmware"
ver
reset -s
END
cp ovmf/vars.fd "$WORK/vars.fd"
# --8<-- [end:disk]

# --8<-- [start:boot]
# yes presses Enter, over and over, which ends the shell's countdown
qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 \
    -nodefaults -display none -serial stdio -no-reboot \
    -drive if=pflash,format=raw,readonly=on,file=ovmf/code.fd \
    -drive if=pflash,format=raw,file="$WORK/vars.fd" \
    -drive if=virtio,format=raw,readonly=on,file="fat:$WORK/disk" \
    < <(yes '' 2>/dev/null) >"$WORK/console"
grep -a -o -E 'UEFI Interactive Shell v[0-9.]+|no kernel.*' \
    "$WORK/console"
# --8<-- [end:boot]
