# Run as process 1 of new mount and PID namespaces: makes a tmpfs at $1 look like an initramfs with a
# new root mounted at /root, makes it the root, and runs the program $4 by $3, with $5 as its argument.
# /dev/console is the file $2. What is needed of the host is bound read-only, so that nothing of it
# can be deleted from inside.
set -eu
top=$1 console=$2 node=$3 program=$4 method=$5
workspace=$(cd "$(dirname "$program")/../../../../.." && pwd)

# Shows a directory of the host below $1, read-only.
show() {
  if [ -L "$2" ]; then
    ln -s "$(readlink "$2")" "$1$2"
  elif [ -d "$2" ]; then
    mkdir -p "$1$2"
    mount --bind "$2" "$1$2"
    mount -o remount,bind,ro "$1$2"
  fi
}

show_host() {
  for directory in /usr /bin /sbin /lib /lib64; do show "$1" "$directory"; done
}

mount --make-rprivate /
mount -t tmpfs initramfs "$top"
cd "$top"
show_host "$top"
show "$top" "$workspace"

mkdir -p dev proc sys run old other root shared dir/deep
echo initramfs >init
echo text >dir/deep/file
ln dir/deep/file hard-link
mkfifo dir/fifo
ln -s /root/precious leads-out
ln -s /root leads-to-root
echo kept >shared/file
mount -t tmpfs other other
echo kept >other/file

mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t tmpfs run run
mkdir run/earlyboot
mount -t tmpfs dev dev
mknod -m 666 dev/null c 1 3
: >dev/console
mount --bind "$console" dev/console

mount -t tmpfs new-root root
show_host "$top/root"
mkdir root/sbin-real root/other root/shared root/start
mount --bind other root/other
mount --bind shared root/shared
echo kept >root/precious
cat >root/sbin-real/init.sh <<'INIT'
#!/bin/sh
echo "INIT $0 $*"
tr '\0' '\n' </proc/1/environ
# Without another process: a shell blocks signals while it starts one.
while read -r line; do
  case $line in Pid:* | SigBlk:* | SigIgn:* | Threads:*) echo "$line" ;; esac
done </proc/1/status
while read -r line; do
  case $line in "Max open files"*) echo "$line" ;; esac
done </proc/1/limits
for descriptor in /proc/1/fd/*; do echo "FD ${descriptor##*/}"; done
INIT
chmod 755 root/sbin-real/init.sh
ln -s /sbin-real/init.sh root/start/init

pivot_root . old
cd /
umount -l old
rmdir old
mount --make-shared /
exec "$node" "$program" "$method"
