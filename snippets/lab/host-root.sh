#!/usr/bin/env bash
# Makes the root filesystem of a fresh Debian of another release, with what a contributor has before `make test`: git,
# make and Python. What else the checks need, their own set-up installs there.
# usage: host-root.sh RELEASE DIRECTORY [PACKAGE…]   (as root; PACKAGE: what it holds in addition)
# shellcheck disable=SC2016 # what stands in single quotes is for mmdebstrap and apt to expand
set -euo pipefail
release=$1
root=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work" "$root.new"' EXIT

# How this system reaches its archives holds for the other release: what its apt says of fetching, and the certificates
# that it trusts in addition to the usual ones.
apt-config dump | grep -E '^Acquire::(http|https|ftp|Check-|Retries|ForceIPv)' | grep -v '""' >"$work/90host" || true

hooks=()
if [ -d /usr/local/share/ca-certificates ]; then
    hooks=(--customize-hook='copy-in /usr/local/share/ca-certificates /usr/local/share'
        --customize-hook='chroot "$1" update-ca-certificates')
fi

# The archives are this system's own, if it is a Debian; otherwise the usual ones. A stable release has two more, of
# what was corrected since.
archive() { # PATTERN DEFAULT
    local found
    found=$(apt-get indextargets --format '$(ORIGIN) $(COMPONENT) $(CREATED_BY) $(REPO_URI)' 2>/dev/null |
        awk -v pattern="$1" '$1 == "Debian" && $2 == "main" && $3 == "Packages" && $4 ~ pattern {print $4; exit}')
    echo "${found:-$2}"
}
main=$(archive '/debian/?$' http://deb.debian.org/debian)
lines=("deb $main $release main")
if [ "$release" != sid ]; then
    security=$(archive '/debian-security/?$' http://deb.debian.org/debian-security)
    lines+=("deb $main $release-updates main" "deb $security $release-security main")
fi

rm -rf "$root" "$root.new"
mkdir -p "$root.new"
mmdebstrap --mode=root --variant=minbase \
    --include="$(IFS=,; echo "ca-certificates,git,make,python3${*:+,$*}")" \
    --aptopt="$work/90host" \
    "${hooks[@]}" \
    "$release" "$root.new" "${lines[@]}"
for file in etc/apt/auth.conf etc/apt/auth.conf.d etc/pip.conf etc/xdg/pip root/.config/pip; do
    [ ! -e "/$file" ] || tar --create --directory=/ "$file" | tar --extract --directory="$root.new"
done
mv "$root.new" "$root"
