#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:one]
docker network create --internal "$RUN-net" >/dev/null
instance() { # NUMBER
    docker run -d --name "$RUN-$1" --hostname "instance-$1" \
        --network "$RUN-net" --network-alias app -m 32m \
        -v "$HERE:/srv/cgi-bin:ro" cvm-lab httpd -f -h /srv >/dev/null
}
answering() { # how many answer of those that have the name "app" now
    docker exec "$RUN-1" sh -c '
        for a in $(nslookup app | sed -n "/^Name/,/^\$/s/Address: //p"); do
            wget -q -O - "http://$a/cgi-bin/who"
        done' | sort -u | grep -c instance-
}
instance 1
# --8<-- [end:one]
wait_for 5 docker exec "$RUN-1" wget -q -O - http://localhost/cgi-bin/who
# --8<-- [start:scale]
echo "$(answering) answers"
for i in $(seq 2 20); do instance "$i" & done
wait
echo "$(answering) answer"
seq -f "$RUN-%g" 2 20 | xargs docker rm -f >/dev/null
echo "$(answering) answers"
# --8<-- [end:scale]
