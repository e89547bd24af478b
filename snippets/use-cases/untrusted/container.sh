#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

limit=$(patient 2)
# --8<-- [start:bait]
boot=$(cat /proc/sys/kernel/random/boot_id)
echo mine >"$WORK/file"
(exec -a "$RUN-secret" sleep 600) &
secret=$!
docker run -d --name "$RUN-tenant" cvm-lab httpd -f -p 8080 -h /etc >/dev/null
tenant=$(docker inspect -f \
    '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$RUN-tenant")
# --8<-- [end:bait]
# Who is not confined finds all three: else "stopped" would mean nothing.
grep -q mine "$WORK/file"
wait_for 5 grep -q -a "secre[t]" "/proc/$secret/cmdline"
answers() {
    printf 'GET / HTTP/1.0\n\n' | ./busybox nc -w "$limit" "$tenant" 8080 | grep HTTP
}
wait_for 10 answers

# --8<-- [start:default]
module=$PWD/modules/lib/modules/spare.ko
docker run --rm -v "$HERE/probes:/probes:ro" -v "$module:/module.ko:ro" \
    cvm-lab sh /probes "$boot" "$WORK/file" "$tenant" 8080 "${limit:-2}"
# --8<-- [end:default]

# --8<-- [start:hardened]
docker run --rm -v "$HERE/probes:/probes:ro" -v "$module:/module.ko:ro" \
    --network none --user 65534:65534 --cap-drop ALL \
    --security-opt no-new-privileges --read-only --pids-limit 32 -m 64m \
    cvm-lab sh /probes "$boot" "$WORK/file" "$tenant" 8080 "${limit:-2}"
# --8<-- [end:hardened]
kill "$secret"
