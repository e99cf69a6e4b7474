#!/bin/busybox sh
# First process of the guest: mounts what BPF needs, loads the modules, runs
# the given script with its output on the second serial port, and ends the
# machine through the debug-exit port. A guest that dies on the way never
# prints the marker line.
/bin/busybox mkdir -p /bin /sbin /usr/bin /usr/sbin /proc /sys /dev /tmp /run /root
/bin/busybox --install -s
export PATH=/usr/bin:/usr/sbin:/bin:/sbin HOME=/root LC_ALL=C.UTF-8
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
ln -s /proc/self/fd /dev/fd
for name in stdin:0 stdout:1 stderr:2; do ln -s "/proc/self/fd/${name#*:}" "/dev/${name%:*}"; done
mount -t tracefs tracefs /sys/kernel/tracing
mount -t bpf bpf /sys/fs/bpf
mount -t cgroup2 cgroup2 /sys/fs/cgroup
ip link set lo up
ulimit -l unlimited
while read -r module; do
    insmod "$module" || echo "pythonbpf-lab: cannot load $module"
done </lab/modules
stty raw -echo -F /dev/ttyS1
cd /root
sh /lab/script </dev/null >/dev/ttyS1 2>&1
status=$?
# The port drains slower than the script writes.
stty -F /dev/ttyS1 >/dev/null
echo "pythonbpf-lab: script ended with status $status"
exec /lab/exit "$status"
