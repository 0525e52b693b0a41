// cpus.cc - how many processors the process may use: its affinity, and the quotas of its control groups.
//
// Linux: sched_setaffinity(2); cgroups(7) with /proc/PID/cgroup and mountinfo; cgroup v2: cpu.max; v1:
// cpu.cfs_quota_us, cpu.cfs_period_us. A quota of a group holds for all groups below it, so the smallest one
// on the way up counts. Paths with blanks, which mountinfo escapes, are not understood: no quota then.
#include "rt.h"

namespace gort {

uint32_t cpus_allowed() {
  uint64_t set[128] = {};
  long n = sys::call(__NR_sched_getaffinity, 0, sizeof set, sys::arg(set));
  uint32_t cpus = 0;
  for (long i = 0; i < (n > 0 ? n : 0) / 8; i++)
    for (uint64_t w = set[i]; w; w &= w - 1)
      cpus++;
  return cpus ? cpus : 1;
}

namespace {

constexpr size_t path_size = 512, text_size = 65536;

// A small file of the system's, as text with a 0 at its end; how long it is.
size_t slurp(const char *path, char *b, size_t size) {
  long fd = sys::openat(path, 02000000);
  size_t n = 0;
  if (fd >= 0) {
    for (long r; n + 1 < size && (r = sys::read(int(fd), b + n, size - 1 - n)) > 0;)
      n += size_t(r);
    sys::close(int(fd));
  }
  b[n] = 0;
  return n;
}

struct Path {
  char s[path_size];
  size_t n = 0;
  bool fits = true;
  Path &add(const char *t, size_t k) {
    if (k >= path_size - n)
      fits = false;
    else
      memcpy(s + n, t, k), n += k;
    s[n] = 0;
    return *this;
  }
  Path &add(const char *t) { return add(t, strlen(t)); }
};

bool number(const char *&p, int64_t *v) {
  bool minus = *p == '-', any = false;
  p += minus;
  for (*v = 0; *p >= '0' && *p <= '9' && *v < (int64_t(1) << 50); p++, any = true)
    *v = *v * 10 + (*p - '0');
  if (minus)
    *v = -*v;
  return any;
}

// Processors that a group may use, rounded up; 0: no limit here.
uint32_t quota_of(const char *group, size_t n, bool v2) {
  int64_t quota = 0, period = 0;
  char text[64];
  const char *p = text;
  Path file;
  slurp(file.add(group, n).add(v2 ? "/cpu.max" : "/cpu.cfs_quota_us").s, text, sizeof text);
  if (!file.fits || !number(p, &quota) || quota <= 0) // "max", or -1
    return 0;
  if (v2) {
    p += *p == ' ';
  } else {
    Path other;
    slurp(other.add(group, n).add("/cpu.cfs_period_us").s, text, sizeof text);
    p = text;
  }
  if (!number(p, &period) || period <= 0)
    return 0;
  int64_t cpus = (quota + period - 1) / period;
  return cpus < max_procs_limit ? uint32_t(cpus) : 0;
}

// Is `word` in a list with commas?
bool in_list(const char *list, size_t n, const char *word) {
  size_t k = strlen(word);
  for (size_t i = 0; i < n;) {
    size_t e = i;
    while (e < n && list[e] != ',')
      e++;
    if (e - i == k && memcmp(list + i, word, k) == 0)
      return true;
    i = e + 1;
  }
  return false;
}

// The next field of a line, up to `end`; its length.
size_t field(const char *&p, char end, const char *&from) {
  from = p;
  while (*p && *p != end && *p != '\n')
    p++;
  size_t n = size_t(p - from);
  p += *p == end;
  return n;
}

// The process's group in the hierarchy with the controller cpu (v1) or in the one hierarchy (v2).
bool own_group(bool v2, Path &group, char *text) {
  slurp("/proc/self/cgroup", text, text_size);
  for (const char *p = text; *p;) { // ID:controllers:path
    const char *id, *list, *path;
    size_t id_n = field(p, ':', id), list_n = field(p, ':', list), path_n = field(p, '\n', path);
    if (v2 ? id_n == 1 && *id == '0' && list_n == 0 : in_list(list, list_n, "cpu")) {
      group.add(path, path_n);
      return group.fits;
    }
  }
  return false;
}

// Where that hierarchy is mounted, and which of its groups is the mount's root.
bool mount_of(bool v2, Path &at, Path &root, char *text) {
  slurp("/proc/self/mountinfo", text, text_size);
  for (const char *p = text;
       *p;) { // ID parent device root mount-point options ... - type source super-options
    const char *f[5], *w = nullptr;
    size_t n[5], k = 0;
    for (int i = 0; i < 5; i++)
      n[i] = field(p, ' ', f[i]);
    while (*p && *p != '\n' && !(k == 1 && *w == '-'))
      k = field(p, ' ', w);
    const char *type, *source, *options;
    size_t type_n = field(p, ' ', type);
    field(p, ' ', source);
    size_t options_n = field(p, '\n', options);
    bool ours = v2 ? type_n == 7 && memcmp(type, "cgroup2", 7) == 0
                   : type_n == 6 && memcmp(type, "cgroup", 6) == 0 && in_list(options, options_n, "cpu");
    if (ours) {
      at.add(f[4], n[4]);
      root.add(f[3], n[3]);
      return at.fits && root.fits;
    }
  }
  return false;
}

uint32_t quota(bool v2, char *text) {
  Path group, at, root;
  if (!own_group(v2, group, text) || !mount_of(v2, at, root, text))
    return 0;
  size_t cut = root.n == 1 ? 0 : root.n; // "/"
  if (group.n >= cut && memcmp(group.s, root.s, cut) == 0)
    at.add(group.s + cut, group.n - cut);
  uint32_t least = 0;
  for (size_t n = at.n, low = at.n - (group.n >= cut ? group.n - cut : 0);;) {
    if (uint32_t q = quota_of(at.s, n, v2); q && (!least || q < least))
      least = q;
    if (n <= low)
      break;
    while (n > low && at.s[--n] != '/') {
    }
  }
  return least;
}

} // namespace

uint32_t cpu_quota() {
  char *text = static_cast<char *>(map_pages(text_size));
  uint32_t a = quota(true, text), b = quota(false, text);
  sys::unmap(text, text_size);
  return a && (!b || a < b) ? a : b;
}

} // namespace gort
