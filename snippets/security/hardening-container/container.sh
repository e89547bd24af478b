#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:image]
# a Debian to which somebody added a set-user-ID program that shows any file,
# and a script that tries what the table lists
docker run --name "$RUN-make" --network none -v "$HERE:/here:ro" \
    cvm-tools sh -c '
    install -m 755 /here/try /usr/local/bin/try
    install -m 4755 /usr/bin/cat /usr/local/bin/peek'
docker commit "$RUN-make" "$RUN" >/dev/null
# --8<-- [end:image]

# --8<-- [start:neighbour]
# a network without a way out, and somebody on it
docker network create --internal "$RUN" >/dev/null
docker run -d --name "$RUN-neighbour" --network "$RUN" cvm-lab sh -c '
    echo hello >/tmp/index.html; httpd -f -h /tmp' >/dev/null
network=$RUN
flags=()
hardened() {
    docker run --rm --network "$network" "${flags[@]}" \
        "$RUN" try "$RUN-neighbour"
}
# --8<-- [end:neighbour]
wait_for 10 docker exec "$RUN-neighbour" wget -q -O /dev/null http://127.0.0.1/

# --8<-- [start:default]
hardened
# --8<-- [end:default]

# --8<-- [start:capabilities]
flags+=(--cap-drop ALL)
hardened
# --8<-- [end:capabilities]

# --8<-- [start:user]
flags+=(--user 1000:1000)
hardened
# --8<-- [end:user]

# --8<-- [start:privileges]
flags+=(--security-opt no-new-privileges)
hardened
# --8<-- [end:privileges]

# --8<-- [start:read-only]
flags+=(--read-only --tmpfs /tmp:size=16m)
hardened
# --8<-- [end:read-only]

# --8<-- [start:limits]
flags+=(--pids-limit 64 --cpus 0.5 -m 64m --memory-swap 64m)
hardened
# --8<-- [end:limits]

# --8<-- [start:network]
network=none
hardened
# --8<-- [end:network]

# --8<-- [start:seccomp]
flags+=(--security-opt "seccomp=$HERE/seccomp.json")
hardened
# --8<-- [end:seccomp]
