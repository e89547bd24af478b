#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:program]
cat >"$WORK/greedy" <<'END'
# Wants 128 MiB of memory, 8 MiB of disk, 40 files and 40 processes.
dd if=/dev/zero of=/dev/null bs=128M count=1 2>/dev/null
echo "memory: ended with $?"
dd if=/dev/zero of=/data/file bs=1M count=8 2>&1 | grep -o 'No space.*'
[ "$(stat -c %s /data/file)" = 8388608 ] && echo "disk: as wanted"
tail -n 0 $(yes /etc/passwd | head -n 40) 2>&1 >/dev/null |
    sort -u | grep . || echo "files: as wanted"
(for i in $(seq 40); do sleep 5 & done) 2>&1 && echo "processes: as wanted"
END
# --8<-- [end:program]

# --8<-- [start:limits]
docker run -d --name "$RUN-neighbour" --network none -v "$WORK:/wishes:ro" \
    --tmpfs /data cvm-lab sleep 600 >"$WORK/id"
docker run -d --name "$RUN-greedy" --network none -v "$WORK:/wishes:ro" \
    -m 32m --tmpfs /data:size=4m --ulimit nofile=32 --pids-limit 32 \
    cvm-lab sh -c '(. /wishes/greedy) 2>&1; echo finished; exec sleep 600' \
    >"$WORK/id"
# --8<-- [end:limits]
wait_for 15 sh -c "docker logs $RUN-greedy 2>&1 | grep -q finished"

# --8<-- [start:greedy]
docker logs "$RUN-greedy" 2>&1 | grep -v finished
# --8<-- [end:greedy]

# --8<-- [start:neighbour]
docker exec "$RUN-neighbour" sh /wishes/greedy
# --8<-- [end:neighbour]

# --8<-- [start:one-disk]
# without a limit, the files of all containers lie on one disk
docker run --rm --network none -m 32m --pids-limit 32 cvm-lab df -P / |
    awk 'NR == 2 {print $2, "KiB"}'
docker run --rm --network none cvm-lab df -P / |
    awk 'NR == 2 {print $2, "KiB"}'
# --8<-- [end:one-disk]
