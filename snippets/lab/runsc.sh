#!/usr/bin/env bash
# Fetches gVisor's runtime runsc from Debian's package, and unpacks it without installing it: the program needs no library.
# Debian 12 itself has a release of 2022, which lacks the platform systrap; there it comes from bookworm-backports, with
# lists of packages that are kept in the lab, so that the system's own sources stay as they are.
# usage: runsc.sh DIRECTORY   (the program is then DIRECTORY/tree/usr/bin/runsc)
# shellcheck disable=SC2016 # what stands in single quotes is for apt to expand
set -euo pipefail
dir=$(realpath -m "$1")
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck disable=SC1091 # a file of the system
[ ! -r /etc/os-release ] || codename=$(. /etc/os-release && echo "${ID:-} ${VERSION_CODENAME:-}")
if [ "${codename:-}" != "debian bookworm" ]; then
    exec bash "$here/packages.sh" "$(dpkg --print-architecture)" "$dir" runsc
fi

# The archive from which this system takes its own packages has the backports too.
archive=$(apt-get indextargets --format '$(ORIGIN) $(COMPONENT) $(CREATED_BY) $(REPO_URI)' 2>/dev/null |
    awk '$1 == "Debian" && $2 == "main" && $3 == "Packages" && $4 ~ /\/debian\/?$/ {print $4; exit}')
mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial" "$dir/tree"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${archive:-http://deb.debian.org/debian} bookworm-backports main" \
    >"$dir/sources.list"
: >"$dir/status"
options=(-q -o "APT::Sandbox::User=root" -o "Dir::Etc::SourceList=$dir/sources.list" -o "Dir::Etc::SourceParts=/dev/null"
    -o "Dir::State::Lists=$dir/lists" -o "Dir::State::status=$dir/status" -o "Dir::Cache=$dir/cache")
apt-get "${options[@]}" update >&2
cd "$dir"
apt-get "${options[@]}" download runsc >&2
dpkg -x runsc_*.deb tree
rm -rf runsc_*.deb lists cache status sources.list
