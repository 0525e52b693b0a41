// Names of libSystem: shims first, then the C library under the name without its underscore.
#define _GNU_SOURCE
#include "machorun.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// What unwinders ask dyld for.
struct unwind_sections {
  const void *header, *dwarf;
  uintptr_t dwarf_length;
  const void *compact;
  uintptr_t compact_length;
};
static struct unwind_sections *wanted;
static void note_section(struct image *m, const struct section *s) {
  if (strncmp(s->name, "__unwind_info", 16) == 0) {
    wanted->compact = mapped(m, s->addr);
    wanted->compact_length = s->size;
  } else if (strncmp(s->name, "__eh_frame", 16) == 0) {
    wanted->dwarf = mapped(m, s->addr);
    wanted->dwarf_length = s->size;
  }
}
static int find_unwind_sections(void *address, struct unwind_sections *out) {
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  struct image *m = image_of_address(address);
  memset(out, 0, sizeof *out);
  if (!m)
    return 0;
  pthread_mutex_lock(&lock);
  wanted = out;
  out->header = m->base;
  for_each_section(m, note_section);
  pthread_mutex_unlock(&lock);
  return 1;
}
static uint32_t count_images(void) { return (uint32_t)image_count; }
static const void *image_header(uint32_t i) { return i < (uint32_t)image_count ? images[i]->base : NULL; }
static intptr_t image_slide(uint32_t i) { return i < (uint32_t)image_count ? (intptr_t)images[i]->slide : 0; }
static const char *image_name(uint32_t i) { return i < (uint32_t)image_count ? images[i]->path : NULL; }

static const struct shim dyld_shims[] = {
    {"__dyld_find_unwind_sections", find_unwind_sections},
    {"__dyld_image_count", count_images},
    {"__dyld_get_image_header", image_header},
    {"__dyld_get_image_vmaddr_slide", image_slide},
    {"__dyld_get_image_name", image_name},
    {0},
};

static void *find(const char *name) {
  const struct shim *tables[] = {stdio_shims, posix_shims, pthread_shims, dyld_shims};
  for (size_t t = 0; t < sizeof tables / sizeof *tables; ++t)
    for (const struct shim *s = tables[t]; s->name; ++s)
      if (strcmp(s->name, name) == 0)
        return s->address;
  return NULL;
}

void *system_symbol(const char *name) {
  void *p = find(name);
  if (p)
    return p;
  char plain[256];
  const char *dollar = strchr(name, '$'); // "_stat$INODE64"
  if (dollar) {
    snprintf(plain, sizeof plain, "%.*s", (int)(dollar - name), name);
    return system_symbol(plain);
  }
  return name[0] == '_' ? dlsym(RTLD_DEFAULT, name + 1) : NULL;
}

static _Noreturn void report_missing(const char *name) {
  fflush(stdout);
  fprintf(stderr, "machorun: %s was called, which there is no shim for\n", name);
  _exit(126);
}

void *missing_symbol(const char *name) {
  static uint8_t *page;
  static size_t used = 4096;
  if (used + 64 > 4096) {
    page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(page != MAP_FAILED, "out of memory");
    used = 0;
  }
  uint8_t *p = page + used;
  used += 64;
  char *copy = strdup(name);
  void *target = (void *)report_missing;
#if defined __x86_64__
  // movabs copy, %rdi; movabs target, %rax; and $-16, %rsp; call *%rax
  uint8_t code[] = {0x48, 0xbf, 0, 0, 0, 0, 0, 0, 0, 0, 0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0x48, 0x83, 0xe4, 0xf0, 0xff, 0xd0};
  memcpy(code + 2, &copy, 8);
  memcpy(code + 12, &target, 8);
  memcpy(p, code, sizeof code);
#else
  uint32_t code[] = {0x58000080, 0x580000a1, 0xd61f0020, 0xd503201f}; // ldr x0, copy; ldr x1, target; br x1
  memcpy(p, code, sizeof code);
  memcpy(p + 16, &copy, 8);
  memcpy(p + 24, &target, 8);
  __builtin___clear_cache((char *)p, (char *)p + 32);
#endif
  return p;
}
