// <stdio.h>, <string.h>, <ctype.h>, <stdlib.h> where Darwin's differ.
#define _GNU_SOURCE
#include "machorun.h"
#include "variadic.h"

#include <ctype.h>
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static FILE *in, *out, *err;

#define PRINTS(name, n, result, params, last, call) \
  result name params;                              \
  SHIM_VARIADIC(name, n)                           \
  result name params {                             \
    BEGIN(last);                                   \
    result r = call;                               \
    END;                                           \
    return r;                                      \
  }
PRINTS(shim_printf, 1, int, (const char *f VARIADIC), f, vprintf(f, args))
PRINTS(shim_fprintf, 2, int, (FILE * o, const char *f VARIADIC), f, vfprintf(o, f, args))
PRINTS(shim_sprintf, 2, int, (char *b, const char *f VARIADIC), f, vsprintf(b, f, args))
PRINTS(shim_snprintf, 3, int, (char *b, size_t n, const char *f VARIADIC), f, vsnprintf(b, n, f, args))
PRINTS(shim_sprintf_chk, 4, int, (char *b, int flag, size_t size, const char *f VARIADIC), f, ((void)flag, vsnprintf(b, size, f, args)))
PRINTS(shim_snprintf_chk, 5, int, (char *b, size_t n, int flag, size_t size, const char *f VARIADIC), f, ((void)flag, (void)size, vsnprintf(b, n, f, args)))
PRINTS(shim_asprintf, 2, int, (char **b, const char *f VARIADIC), f, vasprintf(b, f, args))
PRINTS(shim_dprintf, 2, int, (int fd, const char *f VARIADIC), f, vdprintf(fd, f, args))
PRINTS(shim_sscanf, 2, int, (const char *s, const char *f VARIADIC), f, vsscanf(s, f, args))
PRINTS(shim_fscanf, 2, int, (FILE * s, const char *f VARIADIC), f, vfscanf(s, f, args))

static int shim_vprintf(const char *f, DARWIN_VA_LIST a) {
  USE_VA_LIST(a);
  return vprintf(f, args);
}
static int shim_vfprintf(FILE *o, const char *f, DARWIN_VA_LIST a) {
  USE_VA_LIST(a);
  return vfprintf(o, f, args);
}
static int shim_vsnprintf(char *b, size_t n, const char *f, DARWIN_VA_LIST a) {
  USE_VA_LIST(a);
  return vsnprintf(b, n, f, args);
}
static int shim_vsnprintf_chk(char *b, size_t n, int flag, size_t size, const char *f, DARWIN_VA_LIST a) {
  (void)flag;
  (void)size;
  return shim_vsnprintf(b, n, f, a);
}
static int shim_vsprintf(char *b, const char *f, DARWIN_VA_LIST a) {
  USE_VA_LIST(a);
  return vsprintf(b, f, args);
}

// Darwin's table of character classes, which its <ctype.h> looks into.
static struct {
  char magic[8], encoding[32];
  void *functions[2];
  uint32_t invalid;
  uint32_t type[256];
  int lower[256], upper[256];
  char rest[512];
} __attribute__((packed)) rune_locale;

static int shim_maskrune(int c, unsigned long mask) { return c >= 0 && c < 256 ? (int)(rune_locale.type[c] & mask) : 0; }
static int shim_tolower(int c) { return tolower(c); }
static int shim_toupper(int c) { return toupper(c); }

static size_t shim_strlcpy(char *to, const char *from, size_t n) {
  size_t length = strlen(from);
  if (n) {
    size_t k = length < n - 1 ? length : n - 1;
    memcpy(to, from, k);
    to[k] = 0;
  }
  return length;
}
static size_t shim_strlcat(char *to, const char *from, size_t n) {
  size_t length = strnlen(to, n);
  return length == n ? n + strlen(from) : length + shim_strlcpy(to + length, from, n - length);
}
static void shim_bzero(void *p, size_t n) { memset(p, 0, n); }
static void shim_memset_pattern16(void *to, const void *pattern, size_t n) {
  for (size_t i = 0; i < n; ++i)
    ((char *)to)[i] = ((const char *)pattern)[i % 16];
}

extern int __cxa_atexit(void (*)(void *), void *, void *);
static int shim_atexit(void (*f)(void)) { return __cxa_atexit((void (*)(void *))f, NULL, NULL); }
static uint32_t shim_arc4random(void) {
  uint32_t v = 0;
  return getrandom(&v, sizeof v, 0) == sizeof v ? v : 4;
}
static _Noreturn void shim_assert_rtn(const char *function, const char *file, int line, const char *what) {
  fprintf(stderr, "Assertion failed: (%s), function %s, file %s, line %d.\n", what, function, file, line);
  abort();
}
static uint64_t stack_guard = 0x595e9fbd94fda766;

// Zones of malloc: all are the C library's heap. The functions are members of the zone, too.
static size_t zone_size(void *zone, void *p) {
  (void)zone;
  return malloc_usable_size(p);
}
static void *zone_malloc(void *zone, size_t n) {
  (void)zone;
  return malloc(n);
}
static void *zone_calloc(void *zone, size_t n, size_t size) {
  (void)zone;
  return calloc(n, size);
}
static void zone_free(void *zone, void *p) {
  (void)zone;
  free(p);
}
static void *zone_realloc(void *zone, void *p, size_t n) {
  (void)zone;
  return realloc(p, n);
}
static void *default_zone(void) {
  static void *zone[32];
  void *members[] = {NULL, NULL, zone_size, zone_malloc, zone_calloc, zone_malloc, zone_free, zone_realloc};
  memcpy(zone, members, sizeof members);
  return zone;
}
static void no_operation(void) {}

void set_up_stdio(void) {
  in = stdin;
  out = stdout;
  err = stderr;
  memcpy(rune_locale.magic, "RuneMagA", 8);
  for (int c = 0; c < 256; ++c) {
    rune_locale.lower[c] = c < 128 ? tolower(c) : c;
    rune_locale.upper[c] = c < 128 ? toupper(c) : c;
    if (c >= 128)
      continue;
    uint32_t t = 0; // the _CTYPE_* bits of Darwin's <_types.h>
    t |= isalpha(c) ? 0x100 : 0;
    t |= iscntrl(c) ? 0x200 : 0;
    t |= isdigit(c) ? 0x400 | (uint32_t)(c - '0') : 0;
    t |= isgraph(c) ? 0x800 : 0;
    t |= islower(c) ? 0x1000 : 0;
    t |= ispunct(c) ? 0x2000 : 0;
    t |= isspace(c) ? 0x4000 : 0;
    t |= isupper(c) ? 0x8000 : 0;
    t |= isxdigit(c) ? 0x10000 : 0;
    t |= isblank(c) ? 0x20000 : 0;
    t |= isprint(c) ? 0x40000 : 0;
    rune_locale.type[c] = t;
  }
}

const struct shim stdio_shims[] = {
    {"___stdinp", &in},
    {"___stdoutp", &out},
    {"___stderrp", &err},
    {"_printf", VARIADIC_ADDRESS(shim_printf)},
    {"_fprintf", VARIADIC_ADDRESS(shim_fprintf)},
    {"_sprintf", VARIADIC_ADDRESS(shim_sprintf)},
    {"_snprintf", VARIADIC_ADDRESS(shim_snprintf)},
    {"___sprintf_chk", VARIADIC_ADDRESS(shim_sprintf_chk)},
    {"___snprintf_chk", VARIADIC_ADDRESS(shim_snprintf_chk)},
    {"_asprintf", VARIADIC_ADDRESS(shim_asprintf)},
    {"_dprintf", VARIADIC_ADDRESS(shim_dprintf)},
    {"_sscanf", VARIADIC_ADDRESS(shim_sscanf)},
    {"_fscanf", VARIADIC_ADDRESS(shim_fscanf)},
    {"_vprintf", shim_vprintf},
    {"_vfprintf", shim_vfprintf},
    {"_vsprintf", shim_vsprintf},
    {"_vsnprintf", shim_vsnprintf},
    {"___vsnprintf_chk", shim_vsnprintf_chk},
    {"__DefaultRuneLocale", &rune_locale},
    {"___maskrune", shim_maskrune},
    {"___tolower", shim_tolower},
    {"___toupper", shim_toupper},
    {"_strlcpy", shim_strlcpy},
    {"_strlcat", shim_strlcat},
    {"___strlcpy_chk", shim_strlcpy},
    {"___strlcat_chk", shim_strlcat},
    {"___bzero", shim_bzero},
    {"_bzero", shim_bzero},
    {"_memset_pattern16", shim_memset_pattern16},
    {"_atexit", shim_atexit},
    {"_arc4random", shim_arc4random},
    {"___assert_rtn", shim_assert_rtn},
    {"___stack_chk_guard", &stack_guard},
    {"_malloc_size", malloc_usable_size},
    {"_malloc_default_zone", default_zone},
    {"_malloc_create_zone", default_zone},
    {"_malloc_set_zone_name", no_operation},
    {"_malloc_zone_malloc", zone_malloc},
    {"_malloc_zone_calloc", zone_calloc},
    {"_malloc_zone_realloc", zone_realloc},
    {"_malloc_zone_free", zone_free},
    {0},
};
