#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:guest]
cat "$HERE/guest"
# --8<-- [end:guest]

# --8<-- [start:try]
cat "$HERE/try"
# --8<-- [end:try]

# --8<-- [start:configure]
mkdir -p "$WORK/more/bin"
cd "$WORK/more"
runc spec
sed 's/"terminal": true/"terminal": false/; s/"sh"/"sh", "\/try"/
    ' config.json >plain.json
sed 's/"CAP_KILL"/"CAP_KILL", "CAP_SYS_ADMIN"/' plain.json >admin.json
diff plain.json admin.json | grep -m 1 -o CAP_SYS_ADMIN
# --8<-- [end:configure]
rm config.json
cp "$HERE/guest" "$HERE/try" .
runc=$(command -v runc)
cp "$runc" bin/runc
for library in $(ldd "$runc" | grep -o '/[^ ]*'); do
    mkdir -p ".${library%/*}"
    cp "$library" ".$library"
done
cd "$CVM_BUILD"
(cd "$WORK/more" && find . | cpio -o -H newc --quiet) | cat initramfs.gz - >"$WORK/initrd"

# --8<-- [start:run]
qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 512 \
    -nodefaults -display none -serial stdio -no-reboot \
    -kernel vmlinuz -initrd "$WORK/initrd" \
    -append 'console=ttyS0 loglevel=0 run="sh /guest"'
# --8<-- [end:run]
