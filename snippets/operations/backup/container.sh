#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:data]
docker volume create "$RUN-data" >/dev/null
docker run -d --network none --name "$RUN" -v "$RUN-data:/data" cvm-lab sh -c '
    echo first >/data/file; exec sleep 600' >/dev/null
# --8<-- [end:data]
wait_for 10 docker exec "$RUN" grep first /data/file

# --8<-- [start:backup]
docker pause "$RUN" >/dev/null # nothing changes while it is copied
docker run --rm --network none -v "$RUN-data:/data:ro" cvm-lab \
    tar -c -C /data . >"$WORK/backup.tar"
docker unpause "$RUN" >/dev/null
docker exec "$RUN" sh -c 'echo second >/data/file'
# --8<-- [end:backup]

# --8<-- [start:restore]
docker volume create "$RUN-restored" >/dev/null
docker run --rm -i --network none -v "$RUN-restored:/data" cvm-lab \
    tar -x -C /data <"$WORK/backup.tar"
for volume in "$RUN-data" "$RUN-restored"; do
    docker run --rm --network none -v "$volume:/data:ro" cvm-lab cat /data/file
done
# --8<-- [end:restore]
