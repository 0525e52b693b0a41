// Loading: load commands, segments, libraries, initializers.
#define _GNU_SOURCE
#include "machorun.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct image *images[MAX_IMAGES];
int image_count;
struct image *main_image;
extern char **environ;

enum { MH_EXECUTE = 2, MH_DYLIB = 6, MH_BUNDLE = 8, MH_PIE = 0x200000, SG_READ_ONLY = 0x10 };
enum { // load commands, without LC_REQ_DYLD
  LC_LOAD_DYLIB = 0xc,
  LC_ID_DYLIB = 0xd,
  LC_LOAD_WEAK_DYLIB = 0x18,
  LC_SEGMENT_64 = 0x19,
  LC_UUID = 0x1b,
  LC_RPATH = 0x1c,
  LC_REEXPORT_DYLIB = 0x1f,
  LC_LOAD_UPWARD_DYLIB = 0x23,
  LC_DYLD_INFO = 0x22,
  LC_MAIN = 0x28,
  LC_DYLD_EXPORTS_TRIE = 0x33,
  LC_DYLD_CHAINED_FIXUPS = 0x34,
};

static uint32_t word(const uint8_t *p, int i) {
  uint32_t v;
  memcpy(&v, p + 4 * i, 4);
  return v;
}

static const uint8_t *file_range(const struct image *m, uint64_t offset, uint64_t size, const char *what) {
  REQUIRE(offset <= m->file_size && size <= m->file_size - offset, "%s: %s lies outside of the file", m->path, what);
  return m->file + offset;
}

static void map_file(struct image *m) {
  int fd = open(m->path, O_RDONLY | O_CLOEXEC);
  struct stat st;
  REQUIRE(fd >= 0 && fstat(fd, &st) == 0, "%s: %s", m->path, strerror(errno));
  m->file_size = (uint64_t)st.st_size;
  m->file = mmap(NULL, m->file_size, PROT_READ, MAP_PRIVATE, fd, 0);
  REQUIRE(m->file != MAP_FAILED, "%s: cannot be mapped", m->path);
  close(fd);
  if (m->file_size >= 8 && word(m->file, 0) == 0xbebafeca) { // universal: the slice for this processor
    uint32_t n = __builtin_bswap32(word(m->file, 1));
    for (uint32_t i = 0; i < n; ++i) {
      const uint8_t *arch = file_range(m, 8 + 20 * (uint64_t)i, 20, "universal header");
      if (__builtin_bswap32(word(arch, 0)) != HOST_CPU)
        continue;
      uint64_t size = __builtin_bswap32(word(arch, 3));
      m->file = file_range(m, __builtin_bswap32(word(arch, 2)), size, "slice");
      m->file_size = size;
      return;
    }
    die("%s: no slice for this processor", m->path);
  }
}

static void read_segment(struct image *m, const uint8_t *command) {
  const struct segment *s = (const struct segment *)command;
  REQUIRE(m->segment_count < MAX_SEGMENTS, "%s: too many segments", m->path);
  REQUIRE(s->cmdsize == sizeof *s + s->nsects * sizeof(struct section), "%s %.16s: size of the command", m->path, s->name);
  file_range(m, s->fileoff, s->filesize, "segment");
  REQUIRE(s->vmaddr % PAGE == 0 && s->vmsize % PAGE == 0 && s->fileoff % PAGE == 0, "%s %.16s: not aligned to pages", m->path, s->name);
  REQUIRE(s->filesize <= s->vmsize, "%s %.16s: larger in the file than in memory", m->path, s->name);
  REQUIRE((s->initprot & 6) != 6, "%s %.16s: writable and executable", m->path, s->name);
  if (m->segment_count) {
    const struct segment *before = m->segments[m->segment_count - 1];
    REQUIRE(s->vmaddr >= before->vmaddr + before->vmsize, "%s %.16s: overlaps the segment before it", m->path, s->name);
    REQUIRE(!s->filesize || s->fileoff >= before->fileoff + before->filesize, "%s %.16s: file offsets overlap", m->path, s->name);
  }
  const struct section *sections = (const struct section *)(s + 1);
  for (uint32_t i = 0; i < s->nsects; ++i) {
    const struct section *x = &sections[i];
    uint32_t type = x->flags & 0xff;
    REQUIRE(x->addr >= s->vmaddr && x->addr + x->size <= s->vmaddr + s->vmsize, "%s %.16s: outside of its segment", m->path, x->name);
    REQUIRE(x->addr % (1ull << x->align) == 0, "%s %.16s: not aligned", m->path, x->name);
    if (type != 1 && type != 0xc && type != 0x12 && x->size)
      REQUIRE(x->offset - s->fileoff == x->addr - s->vmaddr && x->offset + x->size <= s->fileoff + s->filesize,
              "%s %.16s: address and offset disagree", m->path, x->name);
  }
  m->segments[m->segment_count++] = s;
}

static void read_commands(struct image *m, bool is_main) {
  const struct header *h = (const struct header *)file_range(m, 0, sizeof *h, "header");
  REQUIRE(h->magic == 0xfeedfacf && h->cputype == HOST_CPU, "%s: not a Mach-O file for this processor", m->path);
  REQUIRE(is_main ? h->filetype == MH_EXECUTE : h->filetype == MH_DYLIB || h->filetype == MH_BUNDLE, "%s: file type %u", m->path, h->filetype);
  m->header = h;
  const uint8_t *c = file_range(m, sizeof *h, h->sizeofcmds, "load commands"), *end = c + h->sizeofcmds;
  bool uuid = false;
  for (uint32_t i = 0; i < h->ncmds; ++i) {
    REQUIRE(end - c >= 8 && word(c, 1) >= 8 && word(c, 1) <= (uint64_t)(end - c), "%s: load command %u", m->path, i);
    REQUIRE(word(c, 1) % 8 == 0, "%s: size of load command %u is not a multiple of 8", m->path, i);
    uint32_t cmd = word(c, 0) & 0x7fffffff;
    switch (cmd) {
    case LC_SEGMENT_64:
      read_segment(m, c);
      break;
    case LC_LOAD_DYLIB:
    case LC_LOAD_WEAK_DYLIB:
    case LC_REEXPORT_DYLIB:
    case LC_LOAD_UPWARD_DYLIB:
      REQUIRE(m->library_count < MAX_LIBRARIES, "%s: too many libraries", m->path);
      m->libraries[m->library_count].name = (const char *)c + word(c, 2);
      m->libraries[m->library_count].weak = cmd == LC_LOAD_WEAK_DYLIB;
      m->libraries[m->library_count++].reexport = cmd == LC_REEXPORT_DYLIB;
      break;
    case LC_ID_DYLIB:
      m->id = (const char *)c + word(c, 2);
      break;
    case LC_UUID:
      uuid = true;
      break;
    case LC_RPATH:
      REQUIRE(m->rpath_count < MAX_RPATHS, "%s: too many rpaths", m->path);
      m->rpaths[m->rpath_count++] = (const char *)c + word(c, 2);
      break;
    case LC_DYLD_INFO:
      m->dyld_info = c + 8;
      m->exports = file_range(m, word(c, 10), word(c, 11), "export trie");
      m->exports_size = word(c, 11);
      break;
    case LC_DYLD_EXPORTS_TRIE:
      m->exports = file_range(m, word(c, 2), word(c, 3), "export trie");
      m->exports_size = word(c, 3);
      break;
    case LC_DYLD_CHAINED_FIXUPS:
      m->fixups = file_range(m, word(c, 2), word(c, 3), "chained fixups");
      m->fixups_size = word(c, 3);
      break;
    case LC_MAIN:
      memcpy(&m->entry, c + 8, 8);
      m->has_entry = true;
      break;
    default:
      break;
    }
    c += word(c, 1);
  }
  REQUIRE(c == end, "%s: sizeofcmds disagrees with the commands", m->path);
  REQUIRE(uuid, "%s: no LC_UUID", m->path);
  REQUIRE(HOST_CPU == 0x01000007 || h->filetype != MH_EXECUTE || h->flags & MH_PIE, "%s: arm64 executables must be position-independent", m->path);
  REQUIRE(m->segment_count && strcmp(m->segments[m->segment_count - 1]->name, "__LINKEDIT") == 0, "%s: __LINKEDIT is not the last segment", m->path);
}

static void map_segments(struct image *m) {
  uint64_t low = ~0ull, high = 0;
  for (int i = 0; i < m->segment_count; ++i) {
    const struct segment *s = m->segments[i];
    if (!s->initprot) // __PAGEZERO
      continue;
    low = s->vmaddr < low ? s->vmaddr : low;
    high = s->vmaddr + s->vmsize;
  }
  bool fixed = m->header->filetype == MH_EXECUTE && !(m->header->flags & MH_PIE);
  uint8_t *at = mmap(fixed ? (void *)low : NULL, high - low + PAGE, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | (fixed ? MAP_FIXED_NOREPLACE : 0), -1, 0);
  REQUIRE(at != MAP_FAILED, "%s: cannot be mapped", m->path);
  if (!fixed)
    at = (uint8_t *)(((uintptr_t)at + PAGE - 1) & ~(uintptr_t)(PAGE - 1));
  m->slide = (uint64_t)at - low;
  for (int i = 0; i < m->segment_count; ++i) {
    const struct segment *s = m->segments[i];
    if (!s->filesize)
      continue;
    memcpy(mapped(m, s->vmaddr), m->file + s->fileoff, s->filesize);
    if (s->fileoff == 0)
      m->base = mapped(m, s->vmaddr);
  }
  REQUIRE(m->base, "%s: no segment contains the header", m->path);
}

static void protect_segments(struct image *m) {
  for (int i = 0; i < m->segment_count; ++i) {
    const struct segment *s = m->segments[i];
    if (!s->vmsize || !s->initprot)
      continue;
    int prot = (int)(s->initprot & 7);
    if (s->flags & SG_READ_ONLY)
      prot &= ~PROT_WRITE;
    if (sysconf(_SC_PAGESIZE) <= PAGE)
      REQUIRE(mprotect(mapped(m, s->vmaddr), s->vmsize, prot) == 0, "%s %.16s: mprotect", m->path, s->name);
  }
}

// "@loader_path/x" and "@executable_path/x" stand for the folders of images.
static char *expand(const struct image *m, const char *path) {
  char *out = NULL;
  const struct image *from = NULL;
  if (strncmp(path, "@executable_path", 16) == 0) {
    from = main_image;
    path += 16;
  } else if (strncmp(path, "@loader_path", 12) == 0) {
    from = m;
    path += 12;
  }
  if (!from)
    return strdup(path);
  const char *slash = strrchr(from->path, '/');
  if (asprintf(&out, "%.*s%s", slash ? (int)(slash - from->path) : 1, slash ? from->path : ".", path) < 0)
    die("out of memory");
  return out;
}

static struct image *load_library(struct image *m, const char *name, bool weak) {
  for (int i = 0; i < image_count; ++i)
    if (images[i]->id && strcmp(images[i]->id, name) == 0)
      return images[i];
  if (strncmp(name, "/usr/lib/", 9) == 0 || strncmp(name, "/System/", 8) == 0)
    return NULL;
  if (strncmp(name, "@rpath/", 7) == 0) {
    struct image *from[] = {m, main_image};
    for (int k = 0; k < 2; ++k)
      for (int i = 0; i < from[k]->rpath_count; ++i) {
        char *folder = expand(from[k], from[k]->rpaths[i]), *path;
        if (asprintf(&path, "%s/%s", folder, name + 7) < 0)
          die("out of memory");
        if (access(path, R_OK) == 0)
          return load_image(path, false);
      }
    REQUIRE(weak, "%s: %s is in no rpath", m->path, name);
    return NULL;
  }
  char *path = expand(m, name);
  if (weak && access(path, R_OK) != 0)
    return NULL;
  return load_image(path, false);
}

struct image *load_image(const char *path, bool is_main) {
  REQUIRE(image_count < MAX_IMAGES, "too many images");
  struct image *m = calloc(1, sizeof *m);
  m->path = path;
  if (is_main)
    main_image = m;
  map_file(m);
  read_commands(m, is_main);
  map_segments(m);
  images[image_count++] = m;
  for (int i = 0; i < m->library_count; ++i)
    m->libraries[i].image = load_library(m, m->libraries[i].name, m->libraries[i].weak);
  apply_fixups(m);
  prepare_tlv(m);
  protect_segments(m);
  return m;
}

void for_each_section(struct image *m, void (*f)(struct image *, const struct section *)) {
  for (int i = 0; i < m->segment_count; ++i) {
    const struct section *s = (const struct section *)(m->segments[i] + 1);
    for (uint32_t k = 0; k < m->segments[i]->nsects; ++k)
      f(m, &s[k]);
  }
}

static void run_initializers(struct image *m, const struct section *s) {
  typedef void initializer(int, char **, char **, char **);
  char *apple[] = {NULL};
  if ((s->flags & 0xff) == 9) { // S_MOD_INIT_FUNC_POINTERS
    REQUIRE(s->addr % 8 == 0 && s->size % 8 == 0, "%s: __mod_init_func is not aligned", m->path);
    initializer **list = mapped(m, s->addr);
    for (uint64_t i = 0; i < s->size / 8; ++i)
      list[i](program_argc, program_argv, environ, apple);
  } else if ((s->flags & 0xff) == 0x16) { // S_INIT_FUNC_OFFSETS
    const uint32_t *list = mapped(m, s->addr);
    for (uint64_t i = 0; i < s->size / 4; ++i)
      ((initializer *)(m->base + list[i]))(program_argc, program_argv, environ, apple);
  }
}

void initialize(struct image *m) {
  if (!m || m->initialized)
    return;
  m->initialized = true;
  for (int i = 0; i < m->library_count; ++i)
    initialize(m->libraries[i].image);
  for_each_section(m, run_initializers);
}

struct image *image_of_address(const void *p) {
  for (int i = 0; i < image_count; ++i)
    for (int k = 0; k < images[i]->segment_count; ++k) {
      const struct segment *s = images[i]->segments[k];
      if (s->initprot && (uint64_t)p - (uint64_t)mapped(images[i], s->vmaddr) < s->vmsize)
        return images[i];
    }
  return NULL;
}
