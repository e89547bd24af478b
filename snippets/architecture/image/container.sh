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
tar -tf "$WORK/$layer" | sort >"$WORK/in-the-layer"
tar -tf rootfs.tar | sort >"$WORK/in-the-tree"
cmp "$WORK/in-the-layer" "$WORK/in-the-tree" && echo "the same files"
# --8<-- [end:layer]
