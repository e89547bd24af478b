#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

trap 'cat "$WORK/warning" >&2' ERR
limit=$(patient 1)
# --8<-- [start:make]
for network in red blue; do
    docker network create "$RUN-$network" >"$WORK/id"
done
docker network create --internal "$RUN-inner" >"$WORK/id"
start() { # NAME NETWORK: a container that serves its /etc
    # a name that Docker does not know is asked of nobody else (--dns, of
    # which Docker warns)
    docker run -d --name "$RUN-$1" --network "$RUN-$2" --dns 127.0.0.1 \
        cvm-lab httpd -f -h /etc >"$WORK/id" 2>"$WORK/warning"
}
start web red
start client red
start other blue
start alone inner
ask() { # NAME ADDRESS
    docker exec "$RUN-$1" timeout "${limit:-1}" \
        wget -q -O - "http://$2/os-release" 2>/dev/null || echo "no answer"
}
address() { # NAME
    docker inspect "$RUN-$1" \
        -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}'
}
# --8<-- [end:make]

# --8<-- [start:one-bridge]
ask client "$RUN-web"
ask client "$(address web)"
# --8<-- [end:one-bridge]

# --8<-- [start:two-bridges]
ask other "$RUN-web"
ask other "$(address web)"
# --8<-- [end:two-bridges]

# --8<-- [start:connect]
docker network connect "$RUN-blue" "$RUN-web"
ask other "$RUN-web"
# --8<-- [end:connect]

# --8<-- [start:internal]
ask alone "$(address client)"
ask client "$(address alone)"
./busybox wget -q -O - "http://$(address alone)/os-release" # the host
# --8<-- [end:internal]
