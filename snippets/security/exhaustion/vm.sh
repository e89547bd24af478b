#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:guest]
cat "$HERE/guest"
# --8<-- [end:guest]

# --8<-- [start:start]
(cd "$HERE" && echo guest | cpio -o -H newc --quiet) |
    cat initramfs.gz - >"$WORK/initrd"
qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 256 \
    -nodefaults -display none -serial "file:$WORK/console" -no-reboot \
    -kernel vmlinuz -initrd "$WORK/initrd" \
    -append 'console=ttyS0 loglevel=0 panic=-1 run="exec sh /guest"' &
vm=$!
# --8<-- [end:start]

# --8<-- [start:host]
failed=0
while kill -0 "$vm" 2>/dev/null; do # as long as the guest runs
    { date >"$WORK/file" && cat "$WORK/file" >"$WORK/copy"; } ||
        failed=$((failed + 1))
    echo tried >>"$WORK/tried"
    sleep 0.1
done
echo "on the host, $failed of $(wc -l <"$WORK/tried") attempts failed"
# --8<-- [end:host]

# --8<-- [start:console]
cat "$WORK/console"
# --8<-- [end:console]
