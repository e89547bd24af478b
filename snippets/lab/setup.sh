#!/usr/bin/env bash
# Installs and starts what the checks need and this machine lacks.
# usage: setup.sh venv|engines|browser|hosts|start|stop…
# Only on Debian or Ubuntu and as root: elsewhere each missing thing is named, in a
# line with the command that installs it, and the rest goes on without it.
set -euo pipefail

pidfile=${CVM_PIDFILE:-/run/cvm-dockerd.pid}
logfile=/var/log/cvm-dockerd.log
missing_packages=()
missing_words=()

# want PROGRAM PACKAGE: note the package if the program is not there.
want() {
    if ! PATH="$PATH:/usr/sbin:/sbin" command -v "$1" >/dev/null; then
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
    PATH="$PATH:/usr/sbin:/sbin" command -v "$1" >/dev/null || ! packaged "$2" || want "$1" "$2"
}

may_install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && grep -qsE '^(ID|ID_LIKE)=.*(debian|ubuntu)' /etc/os-release
}

hint() {
    if command -v apt-get >/dev/null; then
        echo "as root: apt-get install --no-install-recommends $1"
    elif command -v dnf >/dev/null; then
        echo "as root: dnf install $2"
    elif command -v brew >/dev/null; then
        echo "brew install $3"
    else
        echo "install it with your system's package manager"
    fi
}

# The same things under the names that other systems give them.
elsewhere() {
    case $1 in
    docker) hint docker.io moby-engine "--cask docker" ;;
    qemu-system-x86_64) hint qemu-system-x86 qemu-system-x86-core qemu ;;
    qemu-img) hint qemu-utils qemu-img qemu ;;
    qemu-system-aarch64) hint qemu-system-arm qemu-system-aarch64-core qemu ;;
    chromium) hint chromium chromium "--cask chromium" ;;
    runc | cpio | mmdebstrap | hyperfine | iptables | strace | virtiofsd) hint "$1" "$1" "$1" ;;
    cc) hint tcc gcc gcc ;;
    libatomic.so.1) hint libatomic1 libatomic gcc ;;
    bwrap) hint bubblewrap bubblewrap bubblewrap ;;
    linux.uml) hint user-mode-linux user-mode-linux user-mode-linux ;;
    mke2fs) hint e2fsprogs e2fsprogs e2fsprogs ;;
    unshare) hint util-linux util-linux util-linux ;;
    *) hint "$1" "$1" "$1" ;;
    esac
}

# A package may start its daemon as it is installed: where none was there before, it is ours to stop.
note_daemon() {
    if [[ " ${known[*]} " == *" docker.io "* ]] && [ -d /run/systemd/system ]; then
        echo systemd >"$pidfile"
    fi
}

# Another package manager may be at work: wait for its lock instead of failing. One archive that does not answer is no end.
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
        PATH="$PATH:/usr/sbin:/sbin" command -v dockerd >/dev/null || rm -f "$pidfile"
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
    want git git # names the files that are checked, and dates the build
    install_missing
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        echo "set-up: $python cannot make a virtual environment without its module ensurepip" >&2
        exit 1
    fi
}

engines() {
    want ps procps
    want ip iproute2
    want docker docker.io
    # A client alone is no engine: something must answer, or a dockerd must be there to start.
    if command -v docker >/dev/null && ! docker version >/dev/null 2>&1; then
        want dockerd docker.io
    fi
    case $(uname -m) in
    x86_64) want qemu-system-x86_64 qemu-system-x86 ;;
    esac
    want qemu-system-aarch64 qemu-system-arm
    want qemu-img qemu-utils
    want runc runc
    want cpio cpio
    want xz xz-utils # modules of a kernel may be compressed, in one way or the other
    want zstd zstd
    want mmdebstrap mmdebstrap
    want mke2fs e2fsprogs
    want unshare util-linux
    want hyperfine hyperfine # measures start-up, and the speed of the checks
    want bwrap bubblewrap
    want iptables iptables
    want cc tcc # compiles a program of a few kilobytes, which uses no library
    want strace strace
    case $(uname -m) in
    x86_64) want linux.uml user-mode-linux ;;
    esac
    install_missing
    # From Debian 13 on, the engine's package comes without the client, which is a package of its own.
    want_if_packaged docker docker-cli
    # fincore came with util-linux, and is in a package of its own from Debian 13 on.
    want_if_packaged fincore util-linux-extra
    # Debian has CRIU, Ubuntu does not; the examples that want it are skipped without it.
    want_if_packaged criu criu
    # The file server of virtiofs came with QEMU up to release 7.2, and is a package of its own since.
    if ! [ -x /usr/lib/qemu/virtiofsd ]; then
        PATH="$PATH:/usr/libexec" want_if_packaged virtiofsd virtiofsd
    fi
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
    want mmdebstrap mmdebstrap
    want unshare util-linux
    want ip iproute2
    want slirp4netns slirp4netns
    install_missing
}

# failed WORDS: what can do without goes on; in CI it is an error.
failed() {
    echo "set-up: $1" >&2
    [ "${CI:-}" != true ]
}

# Start a Docker daemon if none answers and this user may.
start() {
    command -v docker >/dev/null || return 0
    ! docker version >/dev/null 2>&1 || return 0
    if [ "$(id -u)" != 0 ] || ! PATH="$PATH:/usr/sbin:/sbin" command -v dockerd >/dev/null; then
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
    for _ in $(seq 150); do
        if docker version >/dev/null 2>&1; then
            echo "set-up: started the Docker daemon"
            return 0
        fi
        sleep 0.2
    done
    tail -n 5 "$logfile" >&2 || true
    failed "the Docker daemon did not answer within 30 s; its log: $logfile"
}

# Stop the daemon that `start` started, and no other.
stop() {
    [ -f "$pidfile" ] || return 0
    pid=$(cat "$pidfile")
    if [ "$(id -u)" != 0 ]; then
        echo "the Docker daemon that the set-up started goes on: only root may stop it"
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
    venv | engines | browser | hosts | start | stop) "$step" ;;
    *)
        echo "usage: setup.sh venv|engines|browser|hosts|start|stop…" >&2
        exit 2
        ;;
    esac
done
