#!/usr/bin/env bash
set -euo pipefail
source "${CVM_LAB:-$(dirname "$0")/../../lab}/prelude.sh"

make-system "$WORK/lxc" "$RUN"
# --8<-- [start:show]
# the same two limits, for control groups of either version
cat >>"$WORK/lxc/$RUN/config" <<END
lxc.cgroup.pids.max = 32
lxc.cgroup2.pids.max = 32
lxc.cgroup.memory.limit_in_bytes = 32M
lxc.cgroup2.memory.max = 32M
END
lxc-start -P "$WORK/lxc" -n "$RUN"
lxc-attach -P "$WORK/lxc" -n "$RUN" -- sh -s <"$HERE/greedy"
# --8<-- [end:show]
lxc-stop -P "$WORK/lxc" -n "$RUN" --kill
