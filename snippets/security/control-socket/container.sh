#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

client=$(type -ap docker | tail -n 1) # Docker's own, not the lab's wrapper

# --8<-- [start:marker]
echo 'a file of the host' >"$WORK/marker"
chmod 600 "$WORK/marker"
# --8<-- [end:marker]

# --8<-- [start:socket]
# the host's docker client, with the libraries that it needs, if any
mapfile -t client < <(echo "-v=$client:/bin/docker:ro"
    ldd "$client" | grep -o '/[^ ]*' | sed 's/.*/-v=&:&:ro/')
socket=/var/run/docker.sock
docker run --rm --network none "${client[@]}" \
    --mount "type=bind,src=$socket,dst=$socket,readonly" \
    cvm-lab docker run --rm --network none --label "cvm.run=$RUN" \
    -v "$WORK:/host" cvm-lab sh -c 'cat /host/marker
        echo "from a container" >/host/answer'
# --8<-- [end:socket]

# --8<-- [start:answer]
cat "$WORK/answer"
stat -c 'written by user %u of the host' "$WORK/answer"
# --8<-- [end:answer]
