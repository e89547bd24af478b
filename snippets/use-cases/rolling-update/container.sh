#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

source "$CVM_LAB/network.sh"
port=0 # the balancer takes one that is free

# --8<-- [start:versions]
# two versions of a service, as two images
for v in 1 2; do
    mkdir -p "$WORK/$v/cgi-bin"
    cp "$HERE/app" "$WORK/$v/cgi-bin"
    echo "version $v" >"$WORK/$v/version"
    printf 'FROM cvm-lab\nCOPY . /srv\n' >"$WORK/$v/Dockerfile"
    docker build -q -t "$RUN-app:$v" "$WORK/$v" >>"$WORK/log" 2>&1
done
# --8<-- [end:versions]

# --8<-- [start:instances]
start() { # NAME VERSION: an instance, at a free port of 127.0.0.1
    docker run -d --name "$RUN-$1" -p 127.0.0.1::80 \
        "$RUN-app:$2" httpd -f -h /srv >/dev/null
    docker port "$RUN-$1" 80 | cut -d : -f 2 >"$WORK/port-$1"
}
ready() { # NAME: it has answered
    until ask "$(cat "$WORK/port-$1")" /cgi-bin/app; do sleep 0.1; done
}
stop() { # NAME: at once
    docker kill "$RUN-$1" >/dev/null
}
# --8<-- [end:instances]

# --8<-- [start:balancer]
: "${port:=8080}" # where the balancer listens
ask() { # PORT PATH: one request
    "$CVM_PYTHON" -I -S "$CVM_LAB/load.py" "$1" "$2" 1 1 | grep -q ' 200 '
}
for name in a b c; do start $name 1 & done
wait
for name in a b c; do ready $name; cat "$WORK/port-$name"; done >"$WORK/list"
"$CVM_PYTHON" -I -S "$CVM_LAB/balancer.py" "$port" "$WORK/list" &
# --8<-- [end:balancer]
trap 'kill $(jobs -p) 2>/dev/null' EXIT
port=$(port_of $!)
wait_for 10 ask "$port" /cgi-bin/app

# --8<-- [start:update]
load() { # ANSWERS: until ended, 20 requests a second
    exec "$CVM_PYTHON" -I -S "$CVM_LAB/load.py" "$port" \
        /cgi-bin/app 10000 20 >"$1"
}
report() { # ANSWERS
    awk '$2 == 200 && $3 == "version" {good[$4]++} END {
        printf "%d failed; ", NR - good[1] - good[2]
        printf "version 1: %d, version 2: %d\n", good[1], good[2]}' "$1"
}
load "$WORK/answers" &
loading=$!
for name in a b c; do
    start $name-2 2
    ready $name-2                       # 1. the successor answers …
    cat "$WORK/port-$name-2" >>"$WORK/list" # 2. … and gets requests
    old=$(cat "$WORK/port-$name")
    sed -i "/^$old\$/d" "$WORK/list"    # 3. the old one gets no more,
    ask "$port" "/drained/$old"         # 4. has answered those it has,
    stop $name                          # 5. and only then goes
done
kill "$loading" # no further requests
wait "$loading"
report "$WORK/answers"
# --8<-- [end:update]

# --8<-- [start:careless]
load "$WORK/careless" &
loading=$!
sleep 0.5
stop a-2 # without the steps before
sleep 0.5
kill "$loading"
wait "$loading"
report "$WORK/careless"
# --8<-- [end:careless]
