#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:host]
uname -m
# --8<-- [end:host]

# --8<-- [start:guest]
qemu-system-aarch64 -M virt -cpu cortex-a57 -accel tcg -m 256 \
    -nodefaults -display none -serial stdio -no-reboot \
    -kernel arm64/vmlinuz -initrd arm64/initramfs.gz \
    -append 'console=ttyAMA0 loglevel=1 run="uname -m; uname -r"'
# --8<-- [end:guest]
