#!/usr/bin/env bash
# Says what the Makefile and the checks ask of this checkout: its date, its commit, its files. It also serves a copy
# without git: an unpacked archive, or a checkout that git refuses to read because it belongs to another user.
# usage: checkout.sh date             seconds of the last commit since 1970; nothing without git
#        checkout.sh commit           the last commit's name; nothing without git
#        checkout.sh changed PATHSPEC…  the tracked files that differ from that commit
#        checkout.sh files [PATTERN…]   the files that are tracked or could be, one a line; * also matches /
#        checkout.sh trouble          one line that says why git reads nothing here although it should
set -euo pipefail

# A hook or another project's shell may have named another repository in these.
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_COMMON_DIR GIT_NAMESPACE GIT_OBJECT_DIRECTORY \
    GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_CEILING_DIRECTORIES CDPATH
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."

# versioned: whether git reads this directory, and not a repository in which an unpacked archive lies.
versioned() {
    local above
    above=$(git rev-parse --show-prefix 2>/dev/null) && [ -z "$above" ]
}

# listed: every file that git tracks or does not ignore; without git, all in the folders of the project.
listed() {
    if versioned; then
        git -c core.quotePath=false ls-files --cached --others --exclude-standard
    else
        find . -maxdepth 1 -type f ! -name .git | sed 's,^\./,,'
        local folder
        for folder in .ci .devcontainer .github .vscode deploy docs macros snippets tests theme; do
            [ ! -d "$folder" ] || find "$folder" -name __pycache__ -prune -o -type f -print
        done
    fi | LC_ALL=C sort -u
}

files() {
    local name pattern
    while IFS= read -r name; do
        [ -e "$name" ] || continue # removed, and not yet committed
        [ "$#" -gt 0 ] || printf '%s\n' "$name"
        for pattern; do
            # shellcheck disable=SC2053 # a pattern
            if [[ $name == $pattern ]]; then
                printf '%s\n' "$name"
                break
            fi
        done
    done < <(listed)
}

trouble() {
    local why remedy
    if versioned || [ ! -e .git ]; then
        return 0
    elif ! command -v git >/dev/null; then
        why="git is not installed" remedy="install it"
    else
        why=$(LC_ALL=C git rev-parse --show-prefix 2>&1) || true
        why=${why%%$'\n'*}
        remedy="git config --global --add safe.directory '$PWD', if you trust its files"
        [[ $why == *ownership* || ! -O .git ]] || remedy="git status"
    fi
    echo "checkout: git reads nothing here ($why): pages have no date, and recordings name no commit; remedy: $remedy"
}

case ${1:-} in
date) ! versioned || git log -1 --format=%ct 2>/dev/null || true ;;
commit) ! versioned || git rev-parse --short=12 --verify --quiet HEAD || true ;;
changed) ! versioned || git status --porcelain --untracked-files=no -- "${@:2}" ;;
files) files "${@:2}" ;;
trouble) trouble ;;
*)
    echo "usage: checkout.sh date|commit|changed|files|trouble" >&2
    exit 2
    ;;
esac
