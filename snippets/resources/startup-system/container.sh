#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# until_ready METRIC COMMAND…: pass lines on up to "ready", sample the seconds from $start to that line by the
# shell's clock, then run COMMAND. A start takes seconds, so the shown command is started once and is the one that is timed.
until_ready() {
    local line now
    while IFS= read -r line; do
        now=$EPOCHREALTIME
        printf '%s\n' "$line"
        case $line in *ready*) break ;; esac
        now=
    done
    sample "$1" "$(awk -v a="$start" -v b="$now" 'BEGIN {printf "%.6f", b - a}')"
    "${@:2}" >/dev/null
    cat >/dev/null
}

# systemd keeps its services in control groups, of which a container has a read-only view: it is given a writable one
# of the hierarchy that holds processes and no limits (version 1), or of the only one there is (version 2).
cgroups=(-v /sys/fs/cgroup/systemd:/sys/fs/cgroup/systemd)
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    cgroups=(--cgroupns host -v /sys/fs/cgroup:/sys/fs/cgroup)
fi

# The last two words take the place of a kernel's command line: in a container systemd reads process 1's instead, so the
# unit that runs the command starts on both sides, from the same file. A login prompt would hang up the console, and
# with it what the command writes: it is left out, as that of the VM's console is. The image's files were read at the
# last start, by the lab or in the round before: they are in the page cache, on both sides.
start=$EPOCHREALTIME
{
    # --8<-- [start:show]
    docker run --rm -t --name "$RUN-system" -m 512m --cpus 1 \
        --tmpfs /run --tmpfs /run/lock --tmpfs /tmp "${cgroups[@]}" \
        -e container=docker \
        -e run='systemctl is-system-running --wait; echo ready' \
        cvm-debian /sbin/init --log-level=emerg --show-status=no \
        systemd.mask=console-getty.service run
    # --8<-- [end:show]
} | until_ready system docker rm -f "$RUN-system" || [ "${PIPESTATUS[*]}" = '137 0' ] # 137: it was ended, as said
