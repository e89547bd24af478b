#!/usr/bin/env bash
# Makes the container image cvm-lab from rootfs.tar in the working directory.
# usage: image.sh DIGEST   (stored as a label, by which the lab knows its image again)
set -euo pipefail
digest=$1

# --8<-- [start:import]
docker import --change 'CMD ["sh"]' --change "LABEL cvm.lab=$digest" \
    rootfs.tar cvm-lab
# --8<-- [end:import]
