#!/usr/bin/env bash
# Fetches Debian packages and unpacks them without installing them.
# usage: packages.sh ARCHITECTURE DIRECTORY PACKAGE…
# A package that only depends on the real one (linux-image-cloud-amd64) is followed.
set -euo pipefail
arch=$1
dir=$(realpath -m "$2")
shift 2
for tool in apt-get dpkg; do
    if ! command -v "$tool" >/dev/null; then
        echo "$tool is missing: this step needs Debian or Ubuntu; 'make lab' names the variables that replace it" >&2
        exit 1
    fi
done
mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial" "$dir/debs" "$dir/tree"
options=(-q -o "APT::Architecture=$arch" -o "APT::Sandbox::User=root" -o "DPkg::Lock::Timeout=120")
if [ "$arch" != "$(dpkg --print-architecture)" ] || [ -z "$(apt-cache madison dpkg 2>/dev/null)" ]; then
    # Lists of packages, kept here: the system's own may be of another architecture, or absent,
    # as on a machine just made, and stay as they are.
    : >"$dir/status"
    options+=(-o "APT::Architectures=$arch" -o "Dir::State=$dir" -o "Dir::State::Lists=$dir/lists" -o "Dir::State::status=$dir/status"
        -o "Dir::Cache=$dir/cache")
    apt-get "${options[@]}" update >&2
fi
cd "$dir/debs"
for package; do
    real=$({ apt-cache "${options[@]}" depends "$package" 2>/dev/null || true; } |
        awk '$1 == "Depends:" && $2 ~ /^linux-(image|modules)-[0-9]/ {print $2}')
    if [ -z "$real" ] && ! apt-cache "${options[@]}" show "$package" >/dev/null 2>&1; then
        echo "apt does not know the package $package: run 'apt-get update' as root" >&2
        exit 1
    fi
    # shellcheck disable=SC2086 # a kernel may consist of two packages
    apt-get "${options[@]}" download ${real:-$package} >&2
done
for deb in *.deb; do
    dpkg -x "$deb" "$dir/tree"
done
rm -rf "$dir/debs" "$dir/lists" "$dir/cache"
