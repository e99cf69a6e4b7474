# Runs in the guest, after a line that sets FILTER: the cases, the Python tests,
# and a look at what they left behind. The results go to the disk as a tar.
mkdir -p /results /var/run
/usr/bin/ip link add left type veth peer name right
/usr/bin/ip addr add 10.9.0.1/24 dev left
/usr/bin/ip link set left up
/usr/bin/ip link set right up
/usr/bin/ip neigh add 10.9.0.2 lladdr "$(cat /sys/class/net/right/address)" dev left nud permanent
failed=0

case-runner /lab/cases --attach --junit /results/cases.xml "$FILTER" || failed=1
cut -d ' ' -f 1 /proc/uptime | sed 's/$/ s: cases done/'

cd /lab/tree || exit 1
PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 python3 -m pytest tests/python -q --color=no --durations=8 \
	-p no:cacheprovider --junitxml=/results/python.xml ${FILTER:+-k "$FILTER"}
case $? in
0) ;;
5) [ -n "$FILTER" ] || failed=1 ;;
*) failed=1 ;;
esac
cut -d ' ' -f 1 /proc/uptime | sed 's/$/ s: Python tests done/'

# Everything is detached by now; the kernel frees programs a moment later.
sleep 0.2
left=$(bpftool prog list; bpftool link list 2>/dev/null; cat /sys/kernel/tracing/kprobe_events)
if [ -n "$left" ]; then
	echo "FAILED: the kernel still has"
	echo "$left"
	failed=1
fi

# One member after the other, with nothing around it.
tar -c -f /dev/nvme0n1 -C /results . || failed=1
exit $failed
