#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

source "$CVM_LAB/network.sh"
port=0 # the server takes one that is free

# --8<-- [start:host]
: "${port:=8080}" # one that is free
mkdir "$WORK/www"
echo 'for this machine only' >"$WORK/www/marker"
./busybox httpd -f -p "127.0.0.1:$port" -h "$WORK/www" &
# --8<-- [end:host]
port=$(port_of $!)
wait_for 10 ./busybox wget -q -O /dev/null "http://127.0.0.1:$port/marker"

# --8<-- [start:own]
docker run --rm --network none cvm-lab \
    wget -q -O - "http://127.0.0.1:$port/marker" || true
# --8<-- [end:own]

# --8<-- [start:host-network]
docker run --rm --network host cvm-lab \
    wget -q -O - "http://127.0.0.1:$port/marker"
# --8<-- [end:host-network]
kill %1
