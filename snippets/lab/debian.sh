#!/usr/bin/env bash
# Makes the second, larger root filesystem: a minimal Debian with systemd, as the
# image cvm-debian and as the disk debian.ext4 for the VM.
# usage: debian.sh DIGEST
set -euo pipefail
digest=$1

# The VM's way to be told what to do: run="…" on the kernel's command line reaches
# PID 1 as an environment variable, and this service runs it on the console and
# then powers off, without the kernel's farewell. In a container, and without run=,
# it does not start.
# --8<-- [start:unit]
cat >run.service <<'END'
[Unit]
Description=Run the command on the kernel's command line
ConditionKernelCommandLine=run
SuccessAction=poweroff-immediate
FailureAction=poweroff-immediate

[Service]
PassEnvironment=run
ExecStart=/bin/sh -c ${run}
ExecStopPost=/bin/sh -c 'sync; echo 0 >/proc/sys/kernel/printk'
StandardOutput=tty
StandardError=tty
TTYPath=/dev/console

[Install]
WantedBy=multi-user.target
END
# --8<-- [end:unit]

# shellcheck disable=SC2016 # "$1", the tree, is for mmdebstrap to expand
# --8<-- [start:debian]
mmdebstrap --variant=minbase --include=systemd,systemd-sysv,udev,dbus \
    --customize-hook='echo lab >"$1/etc/hostname"' \
    --customize-hook='chroot "$1" passwd --delete root' \
    --customize-hook='upload run.service /etc/systemd/system/run.service' \
    --customize-hook='chroot "$1" systemctl enable run.service' \
    --customize-hook='chroot "$1" systemctl mask serial-getty@ttyS0' \
    bookworm debian.tar
# --8<-- [end:debian]
rm run.service

# --8<-- [start:image]
docker import --change 'CMD ["/sbin/init"]' --change "LABEL cvm.lab=$digest" \
    debian.tar cvm-debian
# --8<-- [end:image]

rm -rf debian
# --8<-- [start:disk]
mkdir debian
tar --extract --file=debian.tar --directory=debian --exclude='./dev/*'
truncate --size=1G debian.ext4
mke2fs -q -t ext4 -d debian debian.ext4
# --8<-- [end:disk]
rm -rf debian debian.tar
