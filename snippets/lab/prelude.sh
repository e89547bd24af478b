# shellcheck shell=bash
# Every example sources this file first. Run by hand, the example is handed to
# the runner, which gives it a time limit and removes whatever it leaves.
# Under the runner it sets what the commands on the pages refer to:
#   the working directory   build/lab: vmlinuz, rootfs.cpio.gz, initramfs.gz, …
#   $ACCEL                  the accelerator that boots a guest here: kvm or tcg
#   $HERE                   the example's own directory
#   $RUN                    this run's id: every name that an example makes starts with it
#   $WORK                   an empty directory that goes with the run
#   $EFFORT                 how much a round of an experiment does: "once" or, when it is recorded, "full"
#   $PATIENCE               how many times as long as on an idle machine anything may take: limits are for what hangs
unset CDPATH # with it, cd prints where it goes
if [ -z "${CVM_RUN:-}" ]; then
    root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
    if [ ! -x "$root/.venv/bin/python" ] || [ ! -d "$root/build/lab" ]; then
        echo "the lab is not built: run 'make lab' in $root" >&2
        exit 1
    fi
    script=$(cd "$(dirname "${BASH_SOURCE[1]}")" && pwd)/${BASH_SOURCE[1]##*/}
    cd "$root" || exit 1 # where Python finds the runner
    exec .venv/bin/python -m snippets.runner run "$script"
fi
RUN=$CVM_RUN
HERE=$CVM_HERE
WORK=$CVM_WORK
ACCEL=$CVM_ACCEL
EFFORT=${CVM_EFFORT:-once}
PATIENCE=${CVM_PATIENCE:-1}
readonly RUN HERE WORK ACCEL EFFORT PATIENCE
export RUN HERE WORK ACCEL EFFORT PATIENCE
PATH="$CVM_LAB/bin:$PATH" # a docker that adds the run's label; see there
cd "$CVM_BUILD" || exit 1
# A failing command says where it stands; the line numbers are those of the script.
trap 'echo "${BASH_SOURCE[0]##*/}: line $LINENO: ended with $?: $BASH_COMMAND" >&2' ERR

# sample METRIC VALUE: hand one raw reading of a metric of example.toml to the runner.
# sample METRIC@POINT VALUE: the same, for a metric that has `at`, as memory@8 at 8 instances.
sample() {
    printf '%s %s\n' "$1" "$2" >>"$WORK/samples"
}

# samples: the same for each line METRIC VALUE of standard input.
samples() {
    local metric value
    while read -r metric value; do sample "$metric" "$value"; done
}

# by_effort ONCE FULL: print the one that this round's effort asks for.
by_effort() {
    case $EFFORT in full) printf '%s\n' "$2" ;; *) printf '%s\n' "$1" ;; esac
}

# first_line METRIC COMMAND…: sample the seconds from the start of COMMAND to the first line that it or its
# workload writes and that holds the word "ready"; then wait for its end, ten seconds at most on an idle machine.
first_line() {
    local metric=$1 seconds
    shift
    seconds=$("$CVM_PYTHON" -I -S "$CVM_LAB/stopwatch.py" "$@")
    sample "$metric" "$seconds"
}

# patient SECONDS: print a time limit, in seconds, for what takes at most SECONDS on a machine that does nothing else.
patient() {
    echo $(($1 * PATIENCE))
}

# within SECONDS COMMAND…: run COMMAND, and kill it when that limit is over; it then ends with 124, as timeout's does.
within() {
    local code=0
    timeout --signal=KILL "$(patient "$1")" "${@:2}" || code=$?
    [ "$code" != 137 ] || return 124
    return "$code"
}

# wait_for SECONDS COMMAND…: run COMMAND until it succeeds, five times a second, up to that limit.
wait_for() {
    local tries=$(($(patient "$1") * 5))
    shift
    until "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        if [ "$tries" -le 0 ]; then
            echo "gave up waiting for: $*" >&2
            return 1
        fi
        sleep 0.2
    done
}
