#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:write]
a=$(docker run -d cvm-lab sleep 600)
b=$(docker run --rm -d cvm-lab sleep 600)
docker exec "$a" sh -c 'echo changed >/etc/os-release; rm /etc/group'
docker exec "$a" cat /etc/os-release
docker exec "$b" cat /etc/os-release
# --8<-- [end:write]

# --8<-- [start:diff]
docker diff "$a" | sort -k 2
# --8<-- [end:diff]

# --8<-- [start:restart]
docker restart -t 0 "$a" >/dev/null
docker exec "$a" cat /etc/os-release
# --8<-- [end:restart]

# --8<-- [start:gone]
docker rm -f "$a" >/dev/null
docker run --rm cvm-lab cat /etc/os-release
# --8<-- [end:gone]
