#!/usr/bin/env bash
# Runs a command in another system's root filesystem, as the first process of namespaces of its own: mounts, network,
# processes. The caller makes them: unshare --mount --net --pid --ipc --fork --kill-child bash enter-host.sh …
# Of the machine it shares the kernel, /dev and the control groups.
# usage: enter-host.sh ROOT NAMESERVER DIRECTORY COMMAND…   (DIRECTORY, in ROOT, is where COMMAND starts)
#   $SHARED   directories of this machine, one a line, that are seen there read-only under the same path
set -euo pipefail
root=$1
nameserver=$2
directory=$3
shift 3

# The way out comes from the caller, who attaches a card to this network.
ip link set lo up
patience=${CVM_PATIENCE:-8}
for _ in $(seq $((300 * patience))); do
    [ -z "$(ip -o -4 address show scope global)" ] || break
    sleep 0.1
done
[ -n "$(ip -o -4 address show scope global)" ] || {
    echo "no network card came within $((30 * patience)) s" >&2
    exit 1
}

mount --make-rprivate /
mount --bind "$root" "$root" # a mount, since pivot_root asks for one, and Docker for a root that it may mount anew
cd "$root"
mount -t proc proc proc
mount -t sysfs sys sys # of this network namespace
for part in fs/cgroup kernel/security kernel/debug kernel/tracing; do
    [ ! -d "/sys/$part" ] || mount --rbind "/sys/$part" "sys/$part"
done
mount --rbind /dev dev
mount -t tmpfs -o mode=755 run run
while IFS= read -r shared; do
    [ -d "$shared" ] || continue
    mkdir -p "$root$shared"
    mount --bind "$shared" "$root$shared"
    mount -o remount,bind,ro "$root$shared"
done <<<"${SHARED:-}"
unset SHARED
rm -f etc/resolv.conf etc/hosts
echo "nameserver $nameserver" >etc/resolv.conf
printf '127.0.0.1 localhost %s\n::1 localhost ip6-localhost\n' "$(uname -n)" >etc/hosts
mkdir -p .old
pivot_root . .old
cd /
umount --lazy /.old
rmdir /.old
hash -r

cd "$directory"
exec "$@"
