/** The words by which the scratch disk's init says that it runs. */
export const scratchMarker = "earlyboot-scratch:";

/**
 * The init of the scratch disk: a shell script that tells what it was given — process ID, descriptors,
 * signals, environment, mounts, the boot report — and then ends the machine.
 *
 * The facts go to the second serial port, where the kernel's own lines do not cut into them.
 */
export const scratchInit: string = `#!/bin/busybox sh
read -r uptime idle < /proc/uptime
facts=/dev/ttyS1
[ -c $facts ] || facts=/dev/console
# First, and by another process, while the shell has opened nothing but this script.
(exec > $facts; /bin/busybox ls -l /proc/$$/fd)
echo "${scratchMarker} the real init runs as process $$; the kernel is $uptime s old"
exec > $facts
echo
echo "${scratchMarker} pid $$"
echo "${scratchMarker} uptime $uptime"
for argument; do echo "${scratchMarker} argument $argument"; done
/bin/busybox tr '\\0' '\\n' < /proc/$$/environ | /bin/busybox sed 's/^/${scratchMarker} environment /'
/bin/busybox sed -n 's/^Sig\\(Blk\\|Ign\\):./${scratchMarker} signals-\\1 /p' /proc/$$/status
/bin/busybox sed 's/^/${scratchMarker} mount /' /proc/mounts
/bin/busybox sed -n 's/^\\(MemTotal\\|MemAvailable\\): */${scratchMarker} \\1 /p' /proc/meminfo
if [ -f /run/earlyboot/report.json ]; then
  echo "${scratchMarker} report"
  /bin/busybox cat /run/earlyboot/report.json
  echo
  echo "${scratchMarker} report-end"
fi
echo "${scratchMarker} end"
# Closing a serial port waits until all is sent; the machine's end would not.
exec > /dev/console
/bin/busybox sync
/bin/busybox poweroff -f
`;
