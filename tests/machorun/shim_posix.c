// Files, time, errors: where Darwin's numbers and structures differ from Linux's.
#define _GNU_SOURCE
#include "machorun.h"
#include "variadic.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// Error numbers above 34, and the few below that differ. 0: the same.
static const uint8_t darwin_errors[134] = {
    [EAGAIN] = 35,       [EDEADLK] = 11,      [ENAMETOOLONG] = 63,  [ENOSYS] = 78,          [ENOTEMPTY] = 66,   [ELOOP] = 62,
    [EINPROGRESS] = 36,  [EALREADY] = 37,     [ENOTSOCK] = 38,      [EMSGSIZE] = 40,        [EPROTOTYPE] = 41,  [EOPNOTSUPP] = 102,
    [EAFNOSUPPORT] = 47, [EADDRINUSE] = 48,   [EADDRNOTAVAIL] = 49, [ENETUNREACH] = 51,     [ECONNABORTED] = 53, [ECONNRESET] = 54,
    [ENOBUFS] = 55,      [EISCONN] = 56,      [ENOTCONN] = 57,      [ETIMEDOUT] = 60,       [ECONNREFUSED] = 61, [EILSEQ] = 92,
    [EOVERFLOW] = 84,    [ECANCELED] = 89,
};
int darwin_error(int e);
int darwin_error(int e) { return e > 0 && e < 134 && darwin_errors[e] ? darwin_errors[e] : e; }

// `errno` of the program: translated when it is read after a call that has set it.
static int *shim_error(void) {
  static __thread int value;
  if (errno) {
    value = darwin_error(errno);
    errno = 0;
  }
  return &value;
}
static char *shim_strerror(int e) {
  for (int i = 0; i < 134; ++i)
    if (darwin_errors[i] == e && e)
      return strerror(i);
  return strerror(e);
}

static int linux_open_flags(int f) {
  int r = f & 3;
  r |= f & 0x4 ? O_NONBLOCK : 0;
  r |= f & 0x8 ? O_APPEND : 0;
  r |= f & 0x100 ? O_NOFOLLOW : 0;
  r |= f & 0x200 ? O_CREAT : 0;
  r |= f & 0x400 ? O_TRUNC : 0;
  r |= f & 0x800 ? O_EXCL : 0;
  r |= f & 0x100000 ? O_DIRECTORY : 0;
  r |= f & 0x1000000 ? O_CLOEXEC : 0;
  return r;
}

int shim_open(const char *path, int flags VARIADIC);
SHIM_VARIADIC(shim_open, 2)
int shim_open(const char *path, int flags VARIADIC) {
  BEGIN(flags);
  int mode = flags & 0x200 ? va_arg(args, int) : 0;
  END;
  return open(path, linux_open_flags(flags), mode);
}

struct darwin_flock {
  int64_t start, length;
  int pid;
  short type, whence;
};

static int lock_file(int fd, int command, struct darwin_flock *d) {
  struct flock l = {.l_type = d->type == 1 ? F_RDLCK : d->type == 3 ? F_WRLCK : F_UNLCK, .l_whence = d->whence, .l_start = d->start, .l_len = d->length};
  int r = fcntl(fd, command, &l);
  if (command == F_GETLK) {
    d->type = l.l_type == F_RDLCK ? 1 : l.l_type == F_WRLCK ? 3 : 2;
    d->pid = l.l_pid;
  }
  return r;
}

int shim_fcntl(int fd, int command VARIADIC);
SHIM_VARIADIC(shim_fcntl, 2)
int shim_fcntl(int fd, int command VARIADIC) {
  BEGIN(command);
  long a = va_arg(args, long);
  END;
  switch (command) {
  case 0: // F_DUPFD, F_GETFD, F_SETFD
  case 1:
  case 2:
    return fcntl(fd, command, a);
  case 3: {
    int r = fcntl(fd, F_GETFL);
    return r < 0 ? r : (r & 3) | (r & O_NONBLOCK ? 4 : 0) | (r & O_APPEND ? 8 : 0);
  }
  case 4:
    return fcntl(fd, F_SETFL, linux_open_flags((int)a));
  case 7:
    return lock_file(fd, F_GETLK, (struct darwin_flock *)a);
  case 8:
    return lock_file(fd, F_SETLK, (struct darwin_flock *)a);
  case 9:
    return lock_file(fd, F_SETLKW, (struct darwin_flock *)a);
  case 51: // F_FULLFSYNC
    return fsync(fd);
  case 67:
    return fcntl(fd, F_DUPFD_CLOEXEC, a);
  default:
    errno = EINVAL;
    return -1;
  }
}

int shim_ioctl(int fd, unsigned long request VARIADIC);
SHIM_VARIADIC(shim_ioctl, 2)
int shim_ioctl(int fd, unsigned long request VARIADIC) {
  BEGIN(request);
  void *a = va_arg(args, void *);
  END;
  if (request == 0x40087468)
    return ioctl(fd, TIOCGWINSZ, a);
  errno = ENOTTY;
  return -1;
}

struct darwin_stat {
  int dev;
  uint16_t mode, nlink;
  uint64_t ino;
  uint32_t uid, gid;
  int rdev;
  struct timespec atime, mtime, ctime, birthtime;
  int64_t size, blocks;
  int blksize;
  uint32_t flags, gen;
  int spare;
  int64_t qspare[2];
};
static int convert_stat(int r, const struct stat *s, struct darwin_stat *d) {
  if (r == 0)
    *d = (struct darwin_stat){
        .dev = (int)s->st_dev, .mode = (uint16_t)s->st_mode, .nlink = (uint16_t)s->st_nlink, .ino = s->st_ino, .uid = s->st_uid, .gid = s->st_gid,
        .atime = s->st_atim, .mtime = s->st_mtim, .ctime = s->st_ctim, .birthtime = s->st_ctim, .size = s->st_size, .blocks = s->st_blocks,
        .blksize = (int)s->st_blksize};
  return r;
}
static int shim_stat(const char *path, struct darwin_stat *d) {
  struct stat s;
  return convert_stat(stat(path, &s), &s, d);
}
static int shim_lstat(const char *path, struct darwin_stat *d) {
  struct stat s;
  return convert_stat(lstat(path, &s), &s, d);
}
static int shim_fstat(int fd, struct darwin_stat *d) {
  struct stat s;
  return convert_stat(fstat(fd, &s), &s, d);
}

static void *shim_mmap(void *at, size_t n, int prot, int flags, int fd, off_t offset) {
  bool anonymous = flags & 0x1000;
  return mmap(at, n, prot, (flags & 0x13) | (anonymous ? MAP_ANONYMOUS : 0), anonymous ? -1 : fd, offset);
}
static long shim_sysconf(int name) {
  switch (name) {
  case 3: // _SC_CLK_TCK
    return 100;
  case 5:
    return sysconf(_SC_OPEN_MAX);
  case 29:
    return PAGE;
  case 57:
  case 58:
    return sysconf(_SC_NPROCESSORS_ONLN);
  default:
    return -1;
  }
}
static int shim_getpagesize(void) { return PAGE; }

static clockid_t linux_clock(int c) {
  switch (c) {
  case 4:
  case 5:
  case 6:
  case 8:
  case 9:
    return CLOCK_MONOTONIC;
  case 12:
    return CLOCK_PROCESS_CPUTIME_ID;
  case 16:
    return CLOCK_THREAD_CPUTIME_ID;
  default:
    return CLOCK_REALTIME;
  }
}
static int shim_clock_gettime(int c, struct timespec *t) { return clock_gettime(linux_clock(c), t); }
static uint64_t shim_mach_absolute_time(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}
static int shim_mach_timebase_info(uint32_t *ratio) {
  ratio[0] = ratio[1] = 1;
  return 0;
}

static int *shim_argc(void) { return &program_argc; }
static char ***shim_argv(void) { return &program_argv; }
extern char **environ;
static char ***shim_environ(void) { return &environ; }

static void *shim_dlsym(void *handle, const char *name) {
  char underscored[512];
  snprintf(underscored, sizeof underscored, "_%s", name);
  (void)handle;
  for (int i = 0; i < image_count; ++i) {
    void *p = find_export(images[i], underscored);
    if (p)
      return p;
  }
  return system_symbol(underscored);
}
static void *shim_dlopen(const char *path, int flags) {
  (void)flags;
  if (!path)
    return main_image;
  if (access(path, R_OK) != 0)
    return NULL;
  struct image *m = load_image(strdup(path), false);
  initialize(m);
  return m;
}

const struct shim posix_shims[] = {
    {"___error", shim_error},
    {"_strerror", shim_strerror},
    {"_open", VARIADIC_ADDRESS(shim_open)},
    {"_fcntl", VARIADIC_ADDRESS(shim_fcntl)},
    {"_ioctl", VARIADIC_ADDRESS(shim_ioctl)},
    {"_stat", shim_stat},
    {"_lstat", shim_lstat},
    {"_fstat", shim_fstat},
    {"_mmap", shim_mmap},
    {"_sysconf", shim_sysconf},
    {"_getpagesize", shim_getpagesize},
    {"_clock_gettime", shim_clock_gettime},
    {"_mach_absolute_time", shim_mach_absolute_time},
    {"_mach_timebase_info", shim_mach_timebase_info},
    {"__NSGetArgc", shim_argc},
    {"__NSGetArgv", shim_argv},
    {"__NSGetEnviron", shim_environ},
    {"_environ", &environ},
    {"_dlsym", shim_dlsym},
    {"_dlopen", shim_dlopen},
    {0},
};
