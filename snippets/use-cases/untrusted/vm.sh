#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"
source "$CVM_LAB/network.sh"

limit=$(patient 2)
# --8<-- [start:bait]
boot=$(cat /proc/sys/kernel/random/boot_id)
echo mine >"$WORK/file"
(exec -a "$RUN-secret" sleep 600) &
secret=$!
python3 -m http.server -b 127.0.0.1 -d rootfs/etc 0 \
    >"$WORK/tenant" 2>&1 & # 0: it takes a port that is free
server=$!
# --8<-- [end:bait]
# Who is not confined finds all three: else "stopped" would mean nothing.
grep -q mine "$WORK/file"
wait_for 5 grep -q -a "secre[t]" "/proc/$secret/cmdline"
port=$(port_of "$server")
answers() {
    printf 'GET / HTTP/1.0\n\n' | ./busybox nc -w "$limit" 127.0.0.1 "$port" | grep HTTP
}
wait_for 10 answers

# --8<-- [start:disk]
# a disk with the lab's tree, the probes, runc with its libraries, and a bundle
tree=$WORK/tree
module=modules/lib/modules/spare.ko
mkdir -p "$tree/bundle" "$tree/sbin"
cp -a rootfs/. "$tree"
cp -a rootfs "$tree/bundle/rootfs"
for where in "$tree" "$tree/bundle/rootfs"; do
    cp "$HERE/probes" "$where/probes"
    cp "$module" "$where/module.ko"
done
runc=$(command -v runc)
mapfile -t libraries < <(ldd "$runc" | grep -o '/[^ ]*')
cp --parents --dereference "$runc" "${libraries[@]}" "$tree"
runc spec --bundle "$tree/bundle"
words="\"/probes\", \"$boot\", \"$WORK/file\", \"10.0.2.2\", \"$port\""
words="$words, \"${limit:-2}\""
sed -i "s|\"sh\"|&, $words|
    s/\"terminal\": true/\"terminal\": false/
    s/\"uid\": 0/\"uid\": 65534/; s/\"gid\": 0/\"gid\": 65534/; /\"CAP_/d
    s/\"resources\": {/&\"pids\": {\"limit\": 32},/" "$tree/bundle/config.json"
printf '#!/bin/sh\nunset disk\nexec /init\n' >"$tree/sbin/init"
chmod 755 "$tree/sbin/init"
truncate --size=64M "$WORK/disk.ext4"
mke2fs -q -t ext4 -d "$tree" "$WORK/disk.ext4"
# --8<-- [end:disk]

# --8<-- [start:boot]
# first the container in the VM, then, after a line of its own, the VM itself
qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 256 \
    -nodefaults -display none -serial stdio -no-reboot \
    -nic user,model=virtio-net-pci,restrict=on \
    -drive "if=virtio,format=raw,file=$WORK/disk.ext4" \
    -kernel vmlinuz -initrd initramfs.gz \
    -append "console=ttyS0 no_timer_check panic=-1 loglevel=1 disk=vda
    run=\"mount -t cgroup2 none /sys/fs/cgroup
    echo 0 >/proc/sys/user/max_user_namespaces
    runc run --bundle /bundle untrusted
    echo ---
    echo 99 >/proc/sys/user/max_user_namespaces
    ip link set eth0 up; ip addr add 10.0.2.15/24 dev eth0
    sh /probes $boot $WORK/file 10.0.2.2 $port ${limit:-2}\"" |
    tr -d '\r' >"$WORK/out"
# --8<-- [end:boot]

# --8<-- [start:nested]
sed '/^---$/,$d' "$WORK/out"
# --8<-- [end:nested]

# --8<-- [start:vm]
sed '1,/^---$/d' "$WORK/out"
# --8<-- [end:vm]
kill "$secret" "$server"
