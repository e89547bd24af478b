#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:show]
qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 \
    -nodefaults -display none -serial "file:$WORK/console" \
    -kernel vmlinuz -initrd initramfs.gz \
    -append "console=ttyS0 no_timer_check panic=-1 loglevel=1
    run=\"echo ready; sh -c 'sleep 600; true' $RUN\"" &
vm=$!
# --8<-- [end:show]
wait_for 60 grep -q ready "$WORK/console"

# --8<-- [start:look]
sh "$HERE/look" "sh -c sleep 600; true $RUN"
echo "beside it: $(ps -o comm= -p "$vm")"
# --8<-- [end:look]
kill "$vm"
