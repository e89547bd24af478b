#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

# --8<-- [start:run]
instance() { # of so many: it writes a file of 1 MiB
    docker run -d --name "$RUN-$1" cvm-debian sh -c '
        dd if=/dev/urandom of=/data bs=1M count=1 conv=fsync
        echo written; exec sleep 600' >/dev/null
}
instance 1
# --8<-- [end:run]
# written NUMBER…: wait until these have written
written() {
    for i; do wait_for 20 sh -c "docker logs '$RUN-$i' 2>&1 | grep -q written"; done
}
written 1

# --8<-- [start:size]
docker inspect --size -f '{{.SizeRw}}' "$RUN-1" # its writable layer
# --8<-- [end:size]

# directories CONTAINER: the directories on the host that its root consists of: the writable one,
# a small one that Docker makes for each container, and those of the image
directories() {
    local pid options
    pid=$(docker inspect -f '{{.State.Pid}}' "$1")
    options=$(awk '$5 == "/" {print $NF}' "/proc/$pid/mountinfo")
    grep -o 'upperdir=[^,]*' <<<"$options" | cut -d = -f 2
    grep -o 'lowerdir=[^,]*' <<<"$options" | cut -d = -f 2 | tr : '\n' | xargs realpath
}
# blocks DIRECTORY…: the disk blocks that are allocated to them, without what is mounted in them
blocks() {
    du --block-size=1 --one-file-system --summarize --total "$@" | awk 'END {print $1}'
}
# own COUNT: all that exists because of the first so many containers, Docker's own notes about each included
own() {
    local i paths=()
    for ((i = 1; i <= $1; i++)); do
        mapfile -t layers < <(directories "$RUN-$i")
        paths+=("$(dirname "${layers[0]}")" "$(dirname "${layers[1]}")")
        paths+=("$(dirname "$(docker inspect -f '{{.ResolvConfPath}}' "$RUN-$i")")")
    done
    blocks "${paths[@]}"
}

docker run -d --name "$RUN-small" cvm-lab sleep 600 >/dev/null
mapfile -t layers < <(directories "$RUN-small")
sample small "$(blocks "${layers[@]:2}")"
mapfile -t layers < <(directories "$RUN-1")
sample full "$(blocks "${layers[@]:2}")"
sample stated "$(docker image inspect -f '{{.Size}}' cvm-debian)"

many=$(by_effort 2 10)
for ((i = 2; i <= many; i++)); do instance "$i"; done
mapfile -t numbers < <(seq "$many")
written "${numbers[@]}"
sample layers@1 "$(own 1)"
sample "layers@$many" "$(own "$many")"
