#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:nnp]
# a root without a password, and a program su that runs as root for everybody
prepare='sed -i s/^root:x:/root::/ /etc/passwd; cp /bin/busybox /su
    chmod 4755 /su; exec sleep 600'
for value in false true; do
    docker run -d --name "$RUN-$value" --network none \
        --security-opt "no-new-privileges=$value" \
        cvm-lab sh -c "$prepare" >/dev/null
    wait_for 10 docker exec "$RUN-$value" test -u /su
    echo "no-new-privileges=$value: user 1000 calls su and is user"
    docker exec --user 1000 "$RUN-$value" /su -c 'id -u' || true
done
# --8<-- [end:nnp]

# --8<-- [start:readonly]
docker run --rm --network none --read-only cvm-lab touch /file || true
docker run --rm --network none --read-only --tmpfs /tmp cvm-lab \
    sh -c 'touch /tmp/file && ls /tmp'
# --8<-- [end:readonly]
