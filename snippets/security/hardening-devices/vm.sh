#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:look]
# the devices of a machine that stays stopped before its first instruction
look() {
    printf '%s\n' 'info qtree' quit |
        qemu-system-x86_64 "$@" -accel "$ACCEL" -m 64 -S \
            -display none -monitor stdio >"$WORK/tree"
    while read -r device title; do
        grep -q -E "dev: ($device), " "$WORK/tree" &&
            echo "$title: yes" || echo "$title: no"
    done <<END
.*-pcihost PCI bus
VGA graphics card
e1000e? network card
ide-cd CD-ROM drive
isa-fdc floppy controller
isa-parallel parallel port
i8042 keyboard and mouse
END
}
# --8<-- [end:look]

# --8<-- [start:pc]
look -M pc
# --8<-- [end:pc]

# --8<-- [start:pc-nodefaults]
look -M pc -nodefaults
# --8<-- [end:pc-nodefaults]

# --8<-- [start:q35]
look -M q35
# --8<-- [end:q35]

# --8<-- [start:q35-nodefaults]
look -M q35 -nodefaults
# --8<-- [end:q35-nodefaults]

# --8<-- [start:microvm]
look -M microvm -nodefaults
# --8<-- [end:microvm]
