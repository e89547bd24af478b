#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

log=$WORK/build.log
trap 'cat "$log"' EXIT # what the builder said, for a build that fails
build() { # TAG FILE: an image from the Dockerfile on standard input, with one file beside it
    mkdir -p "$WORK/$1"
    echo "$2" >"$WORK/$1/file"
    cat >"$WORK/$1/Dockerfile"
    docker build -q -t "$1" "$WORK/$1" >>"$log" 2>&1
}

# --8<-- [start:build]
build "$RUN-base" 'base 1' <<'EOF'
FROM cvm-lab
COPY file /base
EOF
build "$RUN-app" 'application 1' <<EOF
FROM $RUN-base
COPY file /app
EOF
docker volume create "$RUN-data" >/dev/null
docker run -d --network none --name "$RUN" -v "$RUN-data:/data" \
    "$RUN-app" sh -c '
    echo kept >/data/state; echo lost >/state
    exec sleep 600' >/dev/null
# --8<-- [end:build]
wait_for 10 docker exec "$RUN" grep lost /state

# --8<-- [start:replace]
build "$RUN-app" 'application 2' <<EOF
FROM $RUN-base
COPY file /app
EOF
docker exec "$RUN" cat /app # a running container keeps its image
docker rm -f "$RUN" >/dev/null
docker run --rm --network none -v "$RUN-data:/data" "$RUN-app" sh -c '
    cat /app /data/state /state 2>&1' || true
# --8<-- [end:replace]

# --8<-- [start:base]
build "$RUN-base" 'base 2' <<'EOF'
FROM cvm-lab
COPY file /base
EOF
docker run --rm --network none "$RUN-app" cat /base # nobody has rebuilt it
build "$RUN-rebuilt" 'application 2' <<EOF
FROM $RUN-base
COPY file /app
EOF
docker run --rm --network none "$RUN-rebuilt" cat /base /app
# --8<-- [end:base]

# --8<-- [start:layers]
for image in "$RUN-app" "$RUN-rebuilt"; do
    docker image inspect -f '{{join .RootFS.Layers " "}}' "$image" |
        sed -E 's/(sha256:.{8})[^ ]*/\1/g'
done
# --8<-- [end:layers]
docker volume rm "$RUN-data" >/dev/null
