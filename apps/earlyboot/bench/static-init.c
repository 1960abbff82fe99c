/*
 * The limit: what a boot costs without a runtime. It makes the system calls that earlyboot makes in a
 * plain boot, in the same order: essential file systems, modules, uevents, the root by its label,
 * mount, checks, move, the image's files freed, execve. Everything is fixed, nothing is explained.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

static void stop(const char *what) {
  perror(what);
  exit(1);
}

static void mount_on(const char *type, const char *target, unsigned long flags, const char *data) {
  mkdir(target, 0755);
  if (mount(type, target, type, flags, data) != 0) stop(target);
}

static void mount_essential(void) {
  mount_on("proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
  mount_on("sysfs", "/sys", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
  mount_on("devtmpfs", "/dev", MS_NOSUID, "mode=0755");
  mount_on("tmpfs", "/run", MS_NOSUID | MS_NODEV, "mode=0755");
  mount_on("devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, "gid=5,mode=620,ptmxmode=666");
  mount_on("tmpfs", "/dev/shm", MS_NOSUID | MS_NODEV, "mode=1777");
}

/* The label that root=LABEL= names. */
static void read_label(char *label, size_t size) {
  char line[4096] = "";
  int file = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
  if (file < 0 || read(file, line, sizeof line - 1) < 0) stop("/proc/cmdline");
  close(file);
  const char *at = strstr(line, "root=LABEL=");
  if (at == NULL) stop("no root=LABEL=");
  at += strlen("root=LABEL=");
  snprintf(label, size, "%.*s", (int)strcspn(at, " \n"), at);
}

static int open_uevents(void) {
  struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = 1};
  int events = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
  if (events < 0 || bind(events, (struct sockaddr *)&address, sizeof address) != 0) stop("uevents");
  return events;
}

/* The modules that are listed in /modules/order, dependencies first. */
static void load_modules(void) {
  char path[256];
  FILE *order = fopen("/modules/order", "re");
  if (order == NULL) stop("/modules/order");
  while (fgets(path, sizeof path, order) != NULL) {
    path[strcspn(path, "\n")] = '\0';
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || syscall(SYS_finit_module, file, "", 0) != 0) perror(path);
    close(file);
  }
  fclose(order);
}

/* Whether an ext4 superblock on this device has the label. */
static int has_label(const char *device, const char *label) {
  unsigned char block[4096];
  int file = open(device, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  ssize_t size = pread(file, block, sizeof block, 0);
  close(file);
  return size == sizeof block && block[1024 + 56] == 0x53 && block[1024 + 57] == 0xef &&
         strncmp((const char *)block + 1024 + 120, label, 16) == 0;
}

static int find_once(const char *label, char *path, size_t size) {
  DIR *devices = opendir("/sys/class/block");
  int found = 0;
  if (devices == NULL) stop("/sys/class/block");
  for (struct dirent *entry; !found && (entry = readdir(devices)) != NULL;) {
    if (entry->d_name[0] == '.') continue;
    snprintf(path, size, "/dev/%.200s", entry->d_name);
    found = has_label(path, label);
  }
  closedir(devices);
  return found;
}

/* Waits until the kernel tells of a device that has the label. */
static void find_root(int events, const char *label, char *path, size_t size) {
  char message[8192];
  struct pollfd waiting = {.fd = events, .events = POLLIN};
  while (!find_once(label, path, size)) {
    poll(&waiting, 1, -1);
    while (recv(events, message, sizeof message, 0) > 0) {
    }
  }
}

static void move_into_root(const char *from) {
  char to[256];
  snprintf(to, sizeof to, "/root%s", from);
  if (mount(from, to, NULL, MS_MOVE, NULL) != 0) stop(to);
}

/* Frees what the image left in memory; never reaches into another file system. */
static void free_image(int directory, dev_t device) {
  DIR *entries = fdopendir(directory);
  if (entries == NULL) return;
  for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    struct stat status;
    if (fstatat(directory, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (status.st_dev != device) continue;
    if (S_ISDIR(status.st_mode)) {
      int below = openat(directory, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
      if (below >= 0) free_image(below, device);
      unlinkat(directory, entry->d_name, AT_REMOVEDIR);
    } else {
      unlinkat(directory, entry->d_name, 0);
    }
  }
  closedir(entries);
}

static void switch_root(void) {
  struct stat old, new, init;
  struct statfs kind;
  if (stat("/", &old) != 0 || stat("/root", &new) != 0 || old.st_dev == new.st_dev) stop("/root");
  if (stat("/root/sbin/init", &init) != 0 || statfs("/", &kind) != 0) stop("/sbin/init");
  int image = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  move_into_root("/dev");
  move_into_root("/proc");
  move_into_root("/run");
  move_into_root("/sys");
  if (chdir("/root") != 0 || mount("/root", "/", NULL, MS_MOVE, NULL) != 0) stop("move");
  if (chroot(".") != 0 || chdir("/") != 0) stop("chroot");
  free_image(image, old.st_dev);
}

int main(void) {
  char label[64], path[256];
  mount_essential();
  read_label(label, sizeof label);
  int events = open_uevents();
  load_modules();
  find_root(events, label, path, sizeof path);
  mkdir("/root", 0755);
  if (mount(path, "/root", "ext4", MS_RDONLY, NULL) != 0) stop(path);
  switch_root();
  execl("/sbin/init", "/sbin/init", (char *)NULL);
  stop("/sbin/init");
}
