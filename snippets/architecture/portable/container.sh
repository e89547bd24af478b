#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:make]
tar -c busybox |
    docker import --change 'CMD ["/busybox", "factor", "91"]' \
    - "$RUN-app" >/dev/null
docker image inspect -f '{{.Id}}' "$RUN-app"
docker run --rm "$RUN-app"
# --8<-- [end:make]

# --8<-- [start:carry]
docker save -o "$WORK/app.tar" "$RUN-app"
docker rmi "$RUN-app" >/dev/null
docker images -q "$RUN-app" | wc -l
docker load -q -i "$WORK/app.tar" >/dev/null
docker image inspect -f '{{.Id}}' "$RUN-app"
docker run --rm "$RUN-app"
# --8<-- [end:carry]
