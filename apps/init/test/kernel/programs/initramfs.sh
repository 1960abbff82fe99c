# Run as process 1 of new mount and PID namespaces: makes a tmpfs at $1 look like an initramfs with a
# new root mounted at /root, makes it the root, and runs `programs/switch-root.ts`. What it needs of
# the host is bound read-only, so that nothing of the host can be deleted from inside.
# Arguments: directory, file for the console, node, script, method
set -eu
top=$1 console=$2 node=$3 script=$4 method=$5

mount --make-rprivate /
mount -t tmpfs initramfs "$top"

# Shows a directory of the host at the same place below $1, read-only.
show() {
  if [ -L "$2" ]; then ln -s "$(readlink "$2")" "$1$2"; return; fi
  [ -d "$2" ] || return 0
  mkdir -p "$1$2"
  mount --bind "$2" "$1$2"
  mount -o remount,bind,ro "$1$2"
}

host() {
  for directory in /usr /bin /sbin /lib /lib64; do show "$1" "$directory"; done
}

host "$top"
workspace=$(cd "$(dirname "$script")/../../../../.." && pwd)
show "$top" "$workspace"

mkdir -p "$top/dir/deep" "$top/real" "$top/shared" "$top/other" "$top/old" "$top/root" "$top/run"
echo initramfs >"$top/init"
echo text >"$top/dir/deep/file"
echo kept >"$top/shared/file"
ln -s /root/precious "$top/leads-out"
ln -s /root "$top/leads-to-root"
mkfifo "$top/dir/fifo"
ln "$top/dir/deep/file" "$top/hard-link"
mount -t tmpfs other "$top/other"
echo kept >"$top/other/file"

mount -t tmpfs new-root "$top/root"
host "$top/root" 
