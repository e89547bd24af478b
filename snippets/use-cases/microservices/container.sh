#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:services]
docker network create --internal "$RUN-shop" >/dev/null
service() { # NAME PROGRAM: a container that the others find as PROGRAM
    docker run -d --name "$RUN-$1" --hostname "$1" \
        --network "$RUN-shop" --network-alias "$2" \
        -v "$HERE:/srv/cgi-bin:ro" cvm-lab httpd -f -h /srv >/dev/null
}
service store store
service middle-1 middle
# the front alone is published, so it is in a second network too
docker create --name "$RUN-front" -p 127.0.0.1::80 \
    -v "$HERE:/srv/cgi-bin:ro" cvm-lab httpd -f -h /srv >/dev/null
docker network connect "$RUN-shop" "$RUN-front"
docker start "$RUN-front" >/dev/null
port=$(docker port "$RUN-front" 80 | cut -d : -f 2)
# --8<-- [end:services]

# --8<-- [start:load]
load() { # REQUESTS PER-SECOND: orders for three packets of tea
    "$CVM_PYTHON" -I -S "$CVM_LAB/load.py" "$port" \
        /cgi-bin/front?tea-3 "$@" | awk '
        $2 == 200 && /3 x tea = 750, by / {good++; if (!by[$NF]++) n++}
        END {printf "%d of %d failed, %d answered\n", NR - good, NR, n}'
}
# --8<-- [end:load]
wait_for 10 docker exec "$RUN-front" wget -q -O - 'http://localhost/cgi-bin/front?tea-3'

# --8<-- [start:scale]
load 10 20
for i in $(seq 2 10); do service "middle-$i" middle & done
wait
known() { docker exec "$RUN-front" nslookup middle | grep -c ^Name:; }
echo "addresses of the name: $(known)"
load 40 40
# --8<-- [end:scale]

# --8<-- [start:kill]
load 44 20 >"$WORK/killed" & # for two seconds
sleep 0.5
docker kill "$RUN-middle-3" >/dev/null
echo "without the killed one: $(known)"
docker start "$RUN-middle-3" >/dev/null
echo "with it again: $(known)"
wait $!
cat "$WORK/killed"
# --8<-- [end:kill]

# --8<-- [start:store]
docker kill "$RUN-store" >/dev/null # there is only one
load 5 5
docker start "$RUN-store" >/dev/null
load 5 5
# --8<-- [end:store]
