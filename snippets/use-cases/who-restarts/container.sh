#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:crash]
# a program that fails at its first start and runs at its second
program='[ -e /tmp/once ] && exec sleep 600; touch /tmp/once; exit 1'
docker run -d --network none --name "$RUN-no" cvm-lab \
    sh -c "$program" >/dev/null
docker run -d --network none --name "$RUN-policy" --restart on-failure:3 \
    cvm-lab sh -c "$program" >/dev/null
state='{{.State.Status}}, restarted {{.RestartCount}} times'
# --8<-- [end:crash]
restarted() { docker inspect -f '{{.RestartCount}} {{.State.Status}}' "$RUN-policy" | grep -q '^1 running'; }
wait_for 15 restarted
# --8<-- [start:states]
echo "no policy:  $(docker inspect -f "$state" "$RUN-no")"
echo "on-failure: $(docker inspect -f "$state" "$RUN-policy")"
# --8<-- [end:states]

limit=$(patient 1)
# --8<-- [start:hang]
# a web server that runs but no longer answers
docker run -d --network none --name "$RUN-hang" --restart always \
    --health-cmd "timeout ${limit:-1} wget -q -O - http://localhost/lab" \
    --health-interval 0.2s --health-retries 2 cvm-lab \
    sh -c 'echo here >/lab; httpd -h /; exec sleep 600' >/dev/null
health() {
    docker inspect -f '{{.State.Health.Status}}' "$RUN-hang"
}
until [ "$(health)" = healthy ]; do sleep 0.1; done
docker exec "$RUN-hang" killall -STOP httpd
until [ "$(health)" = unhealthy ]; do sleep 0.1; done
sleep 1 # time for somebody to do something
echo "$(health), and $(docker inspect -f "$state" "$RUN-hang")"
# --8<-- [end:hang]
