# shellcheck shell=bash
# timed COMMAND…: print what COMMAND prints, and sample the seconds from its start to the line "ready", and to its end.
# By the shell's clock, which is read when the line has come: a job takes tenths of a second at least.
timed() {
    local line first='' start=$EPOCHREALTIME
    while IFS= read -r line; do
        case $line in *ready*) first=${first:-$EPOCHREALTIME} ;; esac
        printf '%s\n' "$line"
    done < <("$@")
    local end=$EPOCHREALTIME
    sample first-line "$(awk -v a="$start" -v b="$first" 'BEGIN {printf "%.6f", b - a}')"
    sample whole "$(awk -v a="$start" -v b="$end" 'BEGIN {printf "%.6f", b - a}')"
}
