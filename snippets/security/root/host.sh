#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:bundle]
mkdir "$WORK/bundle"
cp -a rootfs "$WORK/bundle/rootfs"
touch "$WORK/bundle/rootfs/file"
(umask 077 && echo secret >"$WORK/file")
runc spec --bundle "$WORK/bundle"
map='[{"containerID": 0, "hostID": 100000, "size": 65536}]'
file='{"destination": "/file", "type": "bind",'
file+='"source": "/mnt/file", "options": ["bind"]}'
sed -i -e 's/"sh"/"sleep", "600"/; s/"terminal": true/"terminal": false/' \
    -e "s/\"namespaces\": \[/\"uidMappings\": $map, &{\"type\": \"user\"},/" \
    -e "s/\"namespaces\": \[/\"gidMappings\": $map, &/" \
    -e "s|\"mounts\": \[|&$file,|" "$WORK/bundle/config.json"
grep -oE '"[ug]idMappings": [^]]*]' "$WORK/bundle/config.json"
# --8<-- [end:bundle]

# --8<-- [start:show]
# User 100000 may not enter a directory of root's: the bundle is shown at /mnt,
# to these commands and to what they start.
unshare --mount bash -e <<'END'
mount --bind "$WORK" /mnt
cd /mnt/bundle
runc --root "$WORK/runc" run --detach "$RUN"
inside() { runc --root "$WORK/runc" exec "$RUN" "$@" </dev/null; }
pid=$(runc --root "$WORK/runc" state "$RUN" |
    sed -n 's/.*"pid": *\([0-9]*\).*/\1/p')
echo "user number inside: $(inside id -u)"
echo "user number on the host: $(ps -o uid= -p "$pid" | tr -d ' ')"
echo "map of user numbers: $(awk '{print $1, $2, $3}' "/proc/$pid/uid_map")"
echo "reads root's file: $(inside cat /file 2>&1)"
END
# --8<-- [end:show]
runc --root "$WORK/runc" delete --force "$RUN"
