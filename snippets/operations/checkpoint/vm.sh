#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:guest]
cat >"$WORK/guest" <<'EOF'
setsid sh -c 'n=0; while usleep 100000; do
    n=$((n + 1)); echo $n; done' </dev/null >/tmp/count 2>&1 &
pid=$!
sleep 2
criu dump -t $pid -D /image && [ ! -e /proc/$pid ] &&
    echo "the process: gone"
last=$(tail -n 1 /tmp/count)
sleep 1
echo "counted meanwhile: $(($(tail -n 1 /tmp/count) - last))"
criu restore -d -D /image
sleep 1
echo "saved at: $last"
echo "goes on at: $(sed -n $((last + 1))p /tmp/count)"
EOF
# --8<-- [end:guest]

# The guest gets this host's CRIU with its libraries, and the modules of its own kernel that CRIU asks for, as
# one more archive.
mkdir -p "$WORK/tree/image" "$WORK/tree/run" "$WORK/tree/tmp"
cp "$WORK/guest" "$WORK/tree/guest"
criu=$(PATH="$PATH:/usr/sbin:/sbin" command -v criu)
mapfile -t files < <(ldd "$criu" | grep -o '/[^ ]*')
cp -L --parents "$criu" "${files[@]}" "$WORK/tree"
bash "$CVM_LAB/modules.sh" packages/tree "$(cat kernel-release)" "$WORK/tree/modules" \
    nf_tables tcp_diag udp_diag raw_diag unix_diag af_packet_diag netlink_diag veth
(cd "$WORK/tree" && find . | cpio -o -H newc --quiet | gzip -1) >"$WORK/criu.gz"
cat initramfs.gz "$WORK/criu.gz" >"$WORK/initramfs.gz"

# --8<-- [start:boot]
qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 256 \
    -nodefaults -display none -serial stdio -no-reboot \
    -kernel vmlinuz -initrd "$WORK/initramfs.gz" \
    -append 'console=ttyS0 no_timer_check panic=-1 loglevel=1
    run="sh /modules/load; ifconfig lo up; sh /guest 2>/dev/null"'
# --8<-- [end:boot]
