#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:guest]
cat >"$WORK/guest" <<'END'
# Runs in the guest, which is the host of the container.
mount -t cgroup2 none /sys/fs/cgroup
echo 'a file of the host' >/marker
chmod 600 /marker
mkdir -p /box/rootfs
cd /box/rootfs
mkdir proc dev sys
cp -a /bin /try .
for config in /plain.json /admin.json; do
    echo "$config:"
    cp "$config" /box/config.json
    runc run --no-pivot --bundle /box one # an initramfs cannot be pivoted
done
echo "the guest's setting: $(cat /proc/sys/kernel/core_pattern)"
END
# --8<-- [end:guest]

# --8<-- [start:try]
cat >"$WORK/try" <<'END'
# Runs in the container.
true >>/proc/sysrq-trigger # opened for writing: no byte is written
echo '|/bin/cp /marker /box/rootfs/answer' >/proc/sys/kernel/core_pattern
mount -o remount,rw /proc/sys || exit
echo '|/bin/cp /marker /box/rootfs/answer' >/proc/sys/kernel/core_pattern
sh -c 'kill -SEGV $$' # a crash: the kernel runs what the file names
for i in 1 2 3 4 5; do [ -s /answer ] || sleep 1; done
cat /answer
END
# --8<-- [end:try]

# --8<-- [start:configure]
mkdir -p "$WORK/more/bin"
cd "$WORK/more"
runc spec
sed 's/"terminal": true/"terminal": false/; s/"sh"/"sh", "\/try"/
    ' config.json >plain.json
sed 's/"CAP_KILL"/"CAP_KILL", "CAP_SYS_ADMIN"/' plain.json >admin.json
grep -m 1 -o CAP_SYS_ADMIN admin.json
# --8<-- [end:configure]
rm config.json
cp "$WORK/guest" "$WORK/try" .
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
    -append 'console=ttyS0 no_timer_check panic=-1 loglevel=0 run="sh /guest"'
# --8<-- [end:run]
