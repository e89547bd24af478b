#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

echo 'for root only' >"$WORK/secret"
chmod 600 "$WORK/secret"
mkfifo "$WORK/monitor"

# --8<-- [start:look]
# what the host's kernel says of the process, then what QEMU's monitor
# can make it do: open a file of root's, start a program on the host
look() {
    rm -f "$WORK/said" # what the one before said is no sign of this one
    "$@" -M q35 -accel tcg -m 64 -S -display none \
        -monitor stdio <"$WORK/monitor" >"$WORK/said" 2>&1 &
    vm=$!
    exec 3>"$WORK/monitor"
    wait_for 10 grep -q monitor "$WORK/said"
    awk '$1 == "Uid:" {print "user: " $2}
        $1 == "NoNewPrivs:" {print "no new privileges: " $2}' \
        "/proc/$vm/status"
    awk '$1 == "Seccomp:" {threads++; filtered += $2 == 2}
        END {word = filtered ? "some" : "none"
            if (filtered == threads) word = "all"
            print "threads under a filter: " word}' /proc/"$vm"/task/*/status
    printf '%s\n' "drive_add 0 file=$WORK/secret,if=none,format=raw" \
        'migrate "exec:cat >/dev/null"' 'info migrate' quit >&3
    exec 3>&-
    { wait "$vm" && ended=0 || ended=$?; } 2>/dev/null
    grep -q '^OK' "$WORK/said" && opened=works || opened=stopped
    grep -q 'status: completed' "$WORK/said" && started=works || started=stopped
    echo "open root's file: $opened"
    echo "start a program on the host: $started"
    case $ended in
    0) ;;
    159) echo "the filter: ended the process" ;; # 128 + 31, SIGSYS
    *) echo "the process ended with: $ended" ;;
    esac
}
# --8<-- [end:look]

# --8<-- [start:root]
look qemu-system-x86_64 -nodefaults
# --8<-- [end:root]

# --8<-- [start:user]
user=(setpriv --reuid 65534 --regid 65534 --clear-groups)
look "${user[@]}" qemu-system-x86_64 -nodefaults
# --8<-- [end:user]

# --8<-- [start:sandbox]
deny=elevateprivileges=deny,spawn=deny,resourcecontrol=deny
look "${user[@]}" qemu-system-x86_64 -nodefaults \
    -sandbox "on,obsolete=deny,$deny"
[ "$ended" != 0 ] || echo "the filter: refused the call"
# --8<-- [end:sandbox]
