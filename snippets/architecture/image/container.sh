#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:digest]
docker image inspect -f '{{json .RootFS.Layers}}' cvm-lab
sha256sum rootfs.tar
# --8<-- [end:digest]

# --8<-- [start:config]
docker image inspect -f '{{json .Config.Cmd}}' cvm-lab
docker image inspect -f '{{.Os}}' cvm-lab
# --8<-- [end:config]

# --8<-- [start:layer]
docker save cvm-lab | tar -x -C "$WORK"
layer=$(grep -oE '"Layers":\["[^"]+"\]' "$WORK/manifest.json" |
    cut -d '"' -f 4)
mkdir "$WORK/tree"
tar -xf "$WORK/$layer" -C "$WORK/tree"
diff -r --no-dereference rootfs "$WORK/tree" && echo "the same files"
# --8<-- [end:layer]
