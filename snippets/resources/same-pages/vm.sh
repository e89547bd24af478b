#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

ksm=${KSM_DIRECTORY:-/sys/kernel/mm/ksm} # a test gives another directory
# The runner writes back what stands in this file, the last line first, when the run is cleaned up, however it ended, and
# be it by the next run: so each setting is saved before it is changed. The script itself writes nothing back: killed at
# it, it would be one of two that write.
saved=$(dirname "$WORK")/settings
# --8<-- [start:switch]
change() { # SETTING VALUE: note the old value before it is changed
    grep -qs "^$ksm/$1 " "$saved" ||
        echo "$ksm/$1 $(cat "$ksm/$1")" >>"$saved"
    echo "$2" >"$ksm/$1"
}
# --8<-- [end:switch]
pss() {
    local files=("${@/#//proc/}")
    cat "${files[@]/%//smaps_rollup}" | awk '/^Pss:/ {kib += $2} END {printf "%.0f\n", kib * 1024}'
}
scan() { # until two passes over all memory in a row have merged nothing; half a minute at most for each pass
    local tries passes sharing=-1 still=0
    passes=$(cat "$ksm/full_scans")
    for ((tries = 150; tries > 0; tries--)); do
        sleep 0.2
        [ "$(cat "$ksm/full_scans")" -gt "$passes" ] || continue
        passes=$(cat "$ksm/full_scans")
        tries=150
        if [ "$(cat "$ksm/pages_sharing")" -gt "$sharing" ]; then still=0; else still=$((still + 1)); fi
        sharing=$(cat "$ksm/pages_sharing")
        [ "$still" -lt 2 ] || break
    done
}

if [ "$EFFORT" = full ]; then
    # Pages of others would be counted with ours, and stopping would be theirs to bear.
    if [ "$(cat "$ksm/run")" != 0 ]; then
        echo "this host merges equal pages already (run is $(cat "$ksm/run")): measured beside that, nothing is known" >&2
        exit 1
    fi
    echo "switching on the host's merging of equal pages for this run" >&2
    # Stopping (0) would leave merged what was merged meanwhile, pages of others too: 2, written before it, takes them apart.
    printf '%s\n' "$ksm/run 0" "$ksm/run 2" >>"$saved"
    change sleep_millisecs 10
    change pages_to_scan 5000
fi

# --8<-- [start:start]
start() { # NUMBER
    qemu-system-x86_64 -M q35,mem-merge=on -accel "$ACCEL" -m 128 \
        -nodefaults -display none -serial "file:$WORK/console-$1" \
        -kernel vmlinuz -initrd initramfs.gz \
        -append 'console=ttyS0 no_timer_check panic=-1 loglevel=1
        run="echo ready; exec sleep 600"' &
    vms+=($!)
}
# --8<-- [end:start]
mergeable() {
    local files=("${@/#//proc/}")
    awk '/^Rss:/ {rss = $2} /^VmFlags:.* mg( |$)/ {kib += rss} END {printf "%.0f\n", kib * 1024}' "${files[@]/%//smaps}"
}

for n in $(by_effort "2" "4 2"); do # two at last, for what is shown
    vms=()
    for ((i = 1; i <= n; i++)); do start "$i"; done
    for ((i = 1; i <= n; i++)); do wait_for 120 grep -q ready "$WORK/console-$i"; done
    sleep 1 # what starts a VM settles
    sample "mergeable@$n" "$(mergeable "${vms[@]}")"
    if [ "$EFFORT" = full ]; then
        sample "apart@$n" "$(pss "${vms[@]}")"
        change run 1
        scan
        sample "merged@$n" "$(pss "${vms[@]}")"
        sample "sharing@$n" "$(cat "$ksm/pages_sharing")"
        sample "shared@$n" "$(cat "$ksm/pages_shared")"
        change run 0
    fi
    [ "$n" = 2 ] || { kill "${vms[@]}" && wait "${vms[@]}" && rm "$WORK"/console-*; }
done

# --8<-- [start:flag]
# the guest's RAM, among what may be merged (mg)
awk '/^Size:/ {kib = $2} /^VmFlags:.* mg( |$)/ {print kib, "KiB"}' \
    "/proc/${vms[0]}/smaps" | grep 131072
# --8<-- [end:flag]
kill "${vms[@]}"
wait "${vms[@]}"
