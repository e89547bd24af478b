#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:show]
grep -m 1 'model name' /proc/cpuinfo
grep -c 'model name' /proc/cpuinfo
grep MemTotal /proc/meminfo
echo "$(find /sys/bus/pci/devices -type l | wc -l) PCI devices"
# --8<-- [end:show]
