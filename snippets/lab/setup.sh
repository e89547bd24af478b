#!/usr/bin/env bash
# Installs and starts what the checks need and this machine lacks.
# usage: setup.sh venv|engines|containers|browser|hosts|boot|start|stop…
# Only on Debian or Ubuntu and as root: elsewhere each missing thing is named, in a
# line with the command that installs it, and the rest continues without it.
set -euo pipefail

pidfile=${CVM_PIDFILE:-/run/cvm-dockerd.pid}
logfile=/var/log/cvm-dockerd.log
table=${BASH_SOURCE[0]%/*}/requirements.tsv # which programs and packages; see there
missing_packages=()
missing_words=()

here() {
    PATH="$PATH:/usr/sbin:/sbin:/usr/libexec:/usr/lib/qemu" command -v "$1" >/dev/null
}

# want PROGRAM PACKAGE: note the package if the program is not there.
want() {
    if ! here "$1"; then
        missing_packages+=("$2")
        missing_words+=("$1")
    fi
}

# packaged PACKAGE: whether this system has it. Without lists of packages, as on a machine just made, nothing would
# seem to exist.
packaged() {
    may_install || return 1
    [ -n "$(apt-cache madison dpkg 2>/dev/null)" ] || update
    [ -n "$(apt-cache madison "$1" 2>/dev/null)" ]
}

# want_if_packaged PROGRAM PACKAGE: the same, of what not every release has.
want_if_packaged() {
    here "$1" || ! packaged "$2" || want "$1" "$2"
}

may_install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && grep -qsE '^(ID|ID_LIKE)=.*(debian|ubuntu)' /etc/os-release
}

# rows STEP: print the table's rows that this step installs on this processor.
rows() {
    local word kind arch steps rest
    while IFS=$'\t' read -r word kind arch steps rest; do
        case $word in "" | "#"*) continue ;; esac
        if [[ ,$steps, == *,$1,* ]] && { [ "$arch" = - ] || [ "$arch" = "$(uname -m)" ]; }; then
            printf '%s\t%s\t%s\t%s\t%s\n' "$word" "$kind" "$arch" "$steps" "$rest"
        fi
    done <"$table"
}

# want_rows STEP: note what of the table this step installs and is not there.
want_rows() {
    local kind program debian package
    while IFS=$'\t' read -r _ kind _ _ program debian _; do
        for package in ${debian//,/ }; do
            # A package that a release may lack, or may have split off, is left out if the release does not have it.
            if [ "$kind" = optional ] || [ "$package" != "${debian%%,*}" ]; then
                want_if_packaged "$program" "$package"
            else
                want "$program" "$package"
            fi
        done
    done < <(rows "$1")
}

# elsewhere PROGRAM: say how a system on which this script installs nothing gets a program.
elsewhere() {
    local row manager package
    local -a cells=("" "" "" "" "" "$1" "$1" "$1") # what is not in the table is called as its program is
    while IFS= read -r row; do
        case $row in "#"*) ;; *$'\t'"$1"$'\t'*) IFS=$'\t' read -r -a cells <<<"$row" && break ;; esac
    done <"$table"
    local debian=${cells[5]} fedora=${cells[6]} brew=${cells[7]}
    if command -v apt-get >/dev/null; then
        manager="as root: apt-get install" package=${debian%%,*}
        [ "$debian" = "$package" ] || package+=" (and ${debian#*,}, where that is a package of its own)"
    elif command -v dnf >/dev/null; then
        manager="as root: dnf install" package=$fedora
    elif command -v brew >/dev/null; then
        manager="brew install" package=$brew
    else
        package=-
    fi
    if [ "$package" = - ]; then
        echo "install it with your system's package manager"
    else
        echo "$manager $package"
    fi
}

# A package may start its daemon as it is installed: where none was there before, it is ours to stop.
note_daemon() {
    if [[ " ${known[*]} " == *" docker.io "* ]] && [ -d /run/systemd/system ]; then
        echo systemd >"$pidfile"
    fi
}

# Another package manager may be at work: wait for its lock instead of failing. One archive that does not answer does not end the set-up.
update() {
    apt-get -q -o DPkg::Lock::Timeout=300 update >/dev/null ||
        failed "apt-get update failed; what is missing may not be found"
}

install_missing() {
    [ "${#missing_packages[@]}" -gt 0 ] || return 0
    if may_install; then
        echo "set-up: installing ${missing_packages[*]}"
        export DEBIAN_FRONTEND=noninteractive
        update
        # What this release has under another name, or not at all, must not keep back the rest.
        known=()
        for package in "${missing_packages[@]}"; do
            if [ -n "$(apt-cache madison "$package" 2>/dev/null)" ]; then
                known+=("$package")
            else
                echo "set-up: this system has no package $package; what needs it is skipped"
            fi
        done
        note_daemon
        # Nothing of the user's is removed for it, such as another packaging of Docker.
        [ "${#known[@]}" = 0 ] ||
            apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends --no-remove "${known[@]}" >/dev/null ||
            failed "apt-get could not install ${known[*]}; what needs them is skipped"
        # There is no daemon to stop where none was installed.
        here dockerd || rm -f "$pidfile"
    else
        for word in "${missing_words[@]}"; do
            echo "set-up: no $word here; $(elsewhere "$word")"
        done
    fi
    missing_packages=()
    missing_words=()
}

venv() {
    python=${PYTHON:-python3}
    if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        echo "set-up: $python is missing or older than Python 3.11; name another with PYTHON=" >&2
        exit 1
    fi
    "$python" -c 'import ensurepip' 2>/dev/null || {
        missing_packages+=(python3-venv)
        missing_words+=(python3-venv)
    }
    want_rows venv
    install_missing
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        echo "set-up: $python cannot make a virtual environment without its module ensurepip" >&2
        exit 1
    fi
}

engines() {
    want_rows engines
    # A client alone is not an engine: a daemon must answer, or a dockerd must be there to start.
    if command -v docker >/dev/null && ! docker version >/dev/null 2>&1; then
        want dockerd docker.io
    fi
    install_missing
}

# What container sides need, where no VM is started.
containers() {
    want_rows containers
    install_missing
}

browser() {
    # The program that drives the browser comes with Python's package, but for one library, which a small system lacks.
    if PATH="$PATH:/usr/sbin:/sbin" command -v ldconfig >/dev/null && ! PATH="$PATH:/usr/sbin:/sbin" ldconfig -p | grep -q 'libatomic\.so\.1'; then
        missing_packages+=(libatomic1)
        missing_words+=(libatomic.so.1)
        install_missing
    fi
    for name in chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
        ! command -v "$name" >/dev/null || return 0
    done
    # Chromium without its windows, where the system has it as a package: each page of the other opens a window.
    if packaged chromium-headless-shell; then
        want chromium-headless-shell chromium-headless-shell
    else
        want chromium chromium
    fi
    ! may_install || missing_packages+=(fonts-dejavu-core)
    install_missing
}

# What `make test-on` needs of this machine.
hosts() {
    want_rows hosts
    install_missing
}

# What `make test-on HOST=` needs in addition, to boot a VM.
boot() {
    want_rows boot
    install_missing
}

# failed WORDS: in CI this is an error; elsewhere, whatever works without the daemon continues.
failed() {
    echo "set-up: $1" >&2
    [ "${CI:-}" != true ]
}

# Start a Docker daemon if none answers and this user may.
start() {
    command -v docker >/dev/null || return 0
    ! docker version >/dev/null 2>&1 || return 0
    if [ "$(id -u)" != 0 ] || ! here dockerd; then
        echo "set-up: no Docker daemon answers; as root: systemctl start docker (or, without systemd: dockerd)"
        return 0
    fi
    if [ -d /run/systemd/system ]; then
        if ! systemctl start docker; then
            failed "systemctl start docker failed; see: journalctl -u docker"
            return
        fi
        echo systemd >"$pidfile" # `stop` is to stop it
    else
        # Its own session and log: a daemon that kept our standard output would
        # make whoever reads that pipe wait for ever.
        PATH="$PATH:/usr/sbin:/sbin" setsid dockerd >"$logfile" 2>&1 </dev/null &
        echo $! >"$pidfile"
    fi
    for _ in $(seq 1500); do
        if docker version >/dev/null 2>&1; then
            echo "set-up: started the Docker daemon"
            return 0
        fi
        sleep 0.2
    done
    tail -n 5 "$logfile" >&2 || true
    failed "the Docker daemon did not answer within five minutes; its log: $logfile"
}

# Stop the daemon that `start` started, and no other.
stop() {
    [ -f "$pidfile" ] || return 0
    pid=$(cat "$pidfile")
    if [ "$(id -u)" != 0 ]; then
        echo "the Docker daemon that the set-up started is still running: only root may stop it"
        return 0
    fi
    if [ "$pid" = systemd ]; then
        systemctl stop docker.socket docker
        echo "stopped the Docker daemon that the set-up had started"
    elif [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = dockerd ]; then
        kill "$pid"
        for _ in $(seq 100); do
            [ -d "/proc/$pid" ] || break
            sleep 0.2
        done
        echo "stopped the Docker daemon that the set-up had started"
    fi
    rm -f "$pidfile"
}

for step; do
    case $step in
    venv | engines | containers | browser | hosts | boot | start | stop) "$step" ;;
    *)
        echo "usage: setup.sh venv|engines|containers|browser|hosts|boot|start|stop…" >&2
        exit 2
        ;;
    esac
done
