# Run in the guest: attaches kprobes.o, lets one process open and write a known
# number of times, and prints JSON lines: what the command said, then the
# process, then the kernel's own list of probes before, while and after.
mount -t debugfs debugfs /sys/kernel/debug
probes() { wc -l </sys/kernel/debug/kprobes/list; }

echo "{\"probes_before\": $(probes)}"
pythonbpf run /root/kprobes.o --duration 4 --json >/tmp/run.json 2>/tmp/run.err &
runner=$!
tries=0
while [ "$(probes)" -lt 3 ] && [ $tries -lt 100 ] && kill -0 $runner 2>/dev/null; do
    tries=$((tries + 1))
    sleep 0.1
done
echo "{\"probes_attached\": $(probes)}"
sh -c 'n=0; while [ $n -lt 50 ]; do n=$((n + 1)); echo $n >/tmp/target; done; echo "{\"process\": $$}"'
wait $runner
status=$?
echo "{\"probes_after\": $(probes)}"
cat /tmp/run.json
[ $status -eq 0 ] || cat /tmp/run.err
exit $status
