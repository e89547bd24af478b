#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:show]
printf '%s\n' 'info pci' quit |
    qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 -S \
    -device virtio-rng-pci -device virtio-balloon-pci \
    -nodefaults -display none -monitor stdio |
    grep -a -o 'PCI device [0-9a-f]*:[0-9a-f]*'
# --8<-- [end:show]
