#!/usr/bin/env bash
# Prepares a Debian's root filesystem to be booted as a host of the suite, from within it: what the examples' sides need,
# the lab and its images, the kernel's modules, and a service that runs what is in /srv/suite and powers off.
# usage: vm-host.sh SIDES   (as root, in the checkout; SIDES as for pytest's --sides)
set -euo pipefail
sides=$1
step=engines
[ "$sides" != interfaces ] || step=containers # without VMs, which would run in this one

# The packages' daemons do not start as they are installed: only systemd, later, is to start them.
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod +x /usr/sbin/policy-rc.d
make .venv/dev.stamp
bash snippets/lab/setup.sh "$step" start
rm /usr/sbin/policy-rc.d
.venv/bin/python -m snippets.runner lab "$sides"
# Python's own cache of the tests: an emulated processor is slow at making it.
PYTHONDONTWRITEBYTECODE='' PYTHONPYCACHEPREFIX="$PWD/build/pycache" \
    .venv/bin/python -m pytest -q --collect-only --sides "$sides" tests/examples >build/collected
bash snippets/lab/setup.sh stop
apt-get clean

release=$(cat build/lab/kernel-release)
rm -rf /usr/lib/modules
mkdir -p /usr/lib/modules
for modules in build/lab/packages/tree/lib/modules build/lab/packages/tree/usr/lib/modules; do
    [ ! -d "$modules/$release" ] || cp -a "$modules/$release" /usr/lib/modules/
done
depmod "$release"

echo debian-vm >/etc/hostname
printf '127.0.0.1 localhost debian-vm\n::1 localhost ip6-localhost\n' >/etc/hosts
: >/etc/resolv.conf # it has no network but its own
rm -f /etc/machine-id
systemd-machine-id-setup
cat >/etc/systemd/system/suite.service <<'END'
[Unit]
Description=Run what was carried in, hand over what came of it, power off
Wants=docker.service
After=docker.service
SuccessAction=poweroff-immediate
FailureAction=poweroff-immediate

[Service]
Type=exec
ExecStart=/srv/suite
WorkingDirectory=/srv/checkout
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0
# The runner and what it starts are this service's, and have no limit that a user's own shell lacks.
TasksMax=infinity

[Install]
WantedBy=multi-user.target
END
systemctl enable suite.service
systemctl mask serial-getty@ttyS0.service
