#!/usr/bin/env bash
# Copies modules of a kernel, and those that they need, to a directory, and writes `load` beside them, a script that
# loads them in the order of their needs. What a kernel has built in is no file, and is passed over.
# usage: modules.sh TREE RELEASE DIRECTORY NAME…
set -euo pipefail
tree=$1
release=$2
directory=$3
shift 3
mkdir -p "$directory"

# Where a module lies and how it is compressed differs from kernel to kernel.
# --8<-- [start:take]
declare -A file=() taken=()
while IFS= read -r path; do
    name=${path##*/}
    name=${name%%.ko*}
    file[${name//-/_}]=$path
done < <(find "$tree" -path "*/lib/modules/$release/*" -name '*.ko*')

take() { # NAME: first what the module says that it depends on, then itself
    local name=${1//-/_} path copy need
    path=${file[$name]:-}
    [ -n "$path" ] && [ -z "${taken[$name]:-}" ] || return 0
    taken[$name]=yes
    copy=$directory/$name.ko
    case $path in
    *.xz) xz --decompress --stdout "$path" >"$copy" ;;
    *.zst) zstd --decompress --quiet --stdout "$path" >"$copy" ;;
    *.gz) gzip --decompress --stdout "$path" >"$copy" ;;
    *) cp "$path" "$copy" ;;
    esac
    for need in $(tr '\0' '\n' <"$copy" | sed -n 's/^depends=//p' | tr ',' ' '); do
        take "$need"
    done
    echo "grep -q '^$name ' /proc/modules || insmod \"\${0%/*}/$name.ko\"" \
        >>"$directory/load"
}
: >"$directory/load"
for name; do take "$name"; done
# --8<-- [end:take]
