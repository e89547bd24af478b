#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:import]
docker import bullseye.tar "$RUN-bullseye" >/dev/null
# --8<-- [end:import]

# --8<-- [start:show]
docker run --rm --network none "$RUN-bullseye" bash -c '
    echo "release of Debian: $(cat /etc/debian_version)"
    echo "C library: $(getconf GNU_LIBC_VERSION)"
    echo "OpenSSL: $(openssl version)"
    echo "release of the kernel: $(uname -r)"'
# --8<-- [end:show]
