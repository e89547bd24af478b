#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

log=$WORK/build.log
trap 'cat "$log"' EXIT # what the builder said, for a build that fails

# --8<-- [start:build]
docker build -q -t "$RUN-a" - >>"$log" 2>&1 <<'EOF'
FROM cvm-lab
COPY --from=cvm-lab /etc/os-release /copy
EOF
docker build -q -t "$RUN-b" - >>"$log" 2>&1 <<'EOF'
FROM cvm-lab
COPY --from=cvm-lab /etc/group /copy
EOF
# --8<-- [end:build]

# --8<-- [start:compare]
for image in cvm-lab "$RUN-a" "$RUN-b"; do
    docker image inspect -f '{{json .RootFS.Layers}}' "$image"
done
# --8<-- [end:compare]

# --8<-- [start:run]
docker run --rm "$RUN-a" cat /copy
docker run --rm "$RUN-b" cat /copy
# --8<-- [end:run]
