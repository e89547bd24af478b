#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:publish]
docker run -d --name "$RUN-web" -p 127.0.0.1::80 cvm-lab \
    httpd -f -h /etc >"$WORK/id"
port=$(docker port "$RUN-web" 80 | cut -d : -f 2)
# --8<-- [end:publish]
wait_for 10 ./busybox wget -q -O /dev/null "http://127.0.0.1:$port/os-release"

# --8<-- [start:ask]
./busybox wget -q -O - "http://127.0.0.1:$port/os-release"
# --8<-- [end:ask]

# --8<-- [start:rules]
# the host's rules are only read
iptables -t nat -S | grep -- "--dport $port " | grep -o 'DNAT --to.*'
iptables -S FORWARD | grep -o -m 1 DOCKER-USER
echo "for INPUT: $(iptables -S INPUT | grep -c -w -e "$port" -e DOCKER)"
# --8<-- [end:rules]
