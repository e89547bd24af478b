#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

mkfifo "$WORK"/{here,there}.qmp.{in,out}
# shellcheck disable=SC2016 # the guest is to expand it
count='n=0; while usleep 50000; do n=$((n + 1)); echo $n; done'

# --8<-- [start:start]
start() { # NAME OPTIONS…: a VM that counts, its console, its control socket
    qemu-system-x86_64 -M q35 -accel "$ACCEL" -m 128 \
        -nodefaults -display none -serial "file:$WORK/$1" \
        -qmp "pipe:$WORK/$1.qmp" \
        -kernel vmlinuz -initrd initramfs.gz \
        -append "console=ttyS0 no_timer_check panic=-1 loglevel=1
            run=\"$count\"" "${@:2}" &
}
start here
start there -incoming "unix:$WORK/migration"
# --8<-- [end:start]
exec 3<>"$WORK/here.qmp.in" 4<>"$WORK/here.qmp.out"
exec 5<>"$WORK/there.qmp.in" 6<>"$WORK/there.qmp.out"
tell() { # JSON: one command to the first VM, and its answer, without the events in between
    local line
    echo "$1" >&3
    while read -r -t "$(patient 30)" line <&4; do
        case $line in *'"return"'* | *'"error"'*) break ;; esac
    done
    echo "$line"
}
tell '{"execute": "qmp_capabilities"}' >/dev/null
wait_for 30 grep -q '^20' "$WORK/here"
wait_for 10 test -S "$WORK/migration"
[ ! -s "$WORK/there" ] # it waits, and has run nothing

# --8<-- [start:migrate]
tell '{"execute": "migrate",
    "arguments": {"uri": "unix:'"$WORK"'/migration"}}' >/dev/null
until tell '{"execute": "query-migrate"}' >"$WORK/info" &&
    grep -q '"status": "completed"' "$WORK/info"; do sleep 0.1; done
tell '{"execute": "query-status"}' | grep -o '"status": "[a-z]*"'
# --8<-- [end:migrate]
went_on() { [ "$(wc -l <"$WORK/there")" -ge 10 ]; }
wait_for 30 went_on
kill %1 %2
wait

# --8<-- [start:counter]
cat "$WORK/here" "$WORK/there" | tr -dc '0-9\n' |
    head -n -1 >"$WORK/all" # the last line may be cut short
awk '$1 != n + 1 {bad = 1} {n = $1}
    END {print "numbers missing or twice: " (bad ? "some" : "none")}
' "$WORK/all"
# --8<-- [end:counter]
value() { # NAME: a number of the answer, in milliseconds, as seconds
    grep -o "\"$1\": [0-9]*" "$WORK/info" | awk '{printf "%.3f\n", $2 / 1000}'
}
sample downtime "$(value downtime)"
sample total "$(value total-time)"
bytes=$(grep -o '"transferred": [0-9]*' "$WORK/info" | cut -d ' ' -f 2)
sample transferred "$bytes"
sample counted "$(wc -l <"$WORK/all")"
