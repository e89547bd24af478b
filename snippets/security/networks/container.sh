#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:make]
for network in red blue; do
    docker network create "$RUN-$network" >"$WORK/id"
done
docker network create --internal "$RUN-inner" >"$WORK/id"
start() { # NAME NETWORK: a container that serves its /etc
    docker run -d --name "$RUN-$1" --network "$RUN-$2" cvm-lab \
        httpd -f -h /etc >"$WORK/id"
}
start web red
start client red
start other blue
start alone inner
ask() { # NAME ADDRESS
    docker exec "$RUN-$1" wget -q -T 1 -O - "http://$2/os-release" || true
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

# --8<-- [start:ways-out]
for name in client alone; do
    routes=$(docker exec "$RUN-$name" ip route | grep -c default || true)
    echo "$name: $routes ways out"
done
# --8<-- [end:ways-out]

# --8<-- [start:from-the-host]
./busybox wget -q -T 5 -O - "http://$(address alone)/os-release"
# --8<-- [end:from-the-host]
