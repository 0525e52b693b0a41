// dyld's work on pointers: export tries, chained fixups, and the opcodes of LC_DYLD_INFO.
#include "machorun.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MH_FORCE_FLAT = 0x100 };

struct cursor {
  const struct image *image;
  const uint8_t *at, *end;
};

static uint8_t take(struct cursor *c) {
  REQUIRE(c->at < c->end, "%s: dyld information is cut short", c->image->path);
  return *c->at++;
}
static uint64_t uleb(struct cursor *c) {
  uint64_t v = 0;
  for (int shift = 0;; shift += 7) {
    uint8_t b = take(c);
    v |= (uint64_t)(b & 127) << shift;
    if (!(b & 128))
      return v;
  }
}
static int64_t sleb(struct cursor *c) {
  int64_t v = 0;
  int shift = 0;
  uint8_t b;
  do {
    b = take(c);
    v |= (int64_t)(b & 127) << shift;
    shift += 7;
  } while (b & 128);
  return shift < 64 && b & 64 ? v | -(int64_t)(1ull << shift) : v;
}
static const char *text(struct cursor *c) {
  const char *s = (const char *)c->at;
  while (take(c))
    ;
  return s;
}

// -- exports

static void *search(struct image *m, const char *name, int depth);

static void *search_trie(struct image *m, const char *name, int depth) {
  struct cursor c = {m, m->exports, m->exports + m->exports_size};
  if (!m->exports_size)
    return NULL;
  const char *rest = name;
  for (;;) {
    uint64_t size = uleb(&c);
    const uint8_t *terminal = c.at;
    REQUIRE(size <= (uint64_t)(c.end - c.at), "%s: export trie", m->path);
    if (!*rest && size) {
      uint64_t flags = uleb(&c);
      if (flags & 8) { // re-export
        uint64_t ordinal = uleb(&c);
        const char *other = text(&c);
        REQUIRE(ordinal && ordinal <= (uint64_t)m->library_count, "%s: re-export of %s from library %d", m->path, name, (int)ordinal);
        struct image *from = m->libraries[ordinal - 1].image;
        return from ? search(from, *other ? other : name, depth + 1) : system_symbol(*other ? other : name);
      }
      uint64_t value = uleb(&c);
      return (flags & 3) == 2 ? (void *)value : m->base + value;
    }
    c.at = terminal + size;
    int children = take(&c);
    bool found = false;
    while (children-- > 0) {
      const char *edge = text(&c);
      uint64_t child = uleb(&c);
      size_t n = strlen(edge);
      if (strncmp(rest, edge, n) == 0) {
        REQUIRE(child < m->exports_size, "%s: export trie", m->path);
        rest += n;
        c.at = m->exports + child;
        found = true;
        break;
      }
    }
    if (!found)
      return NULL;
  }
}

static void *search(struct image *m, const char *name, int depth) {
  if (depth > 8)
    return NULL;
  void *p = search_trie(m, name, depth);
  for (int i = 0; i < m->library_count && !p; ++i)
    if (m->libraries[i].reexport && m->libraries[i].image)
      p = search(m->libraries[i].image, name, depth + 1);
  return p;
}

void *find_export(struct image *m, const char *name) { return search(m, name, 0); }

static void *search_all(const char *name) {
  for (int i = 0; i < image_count; ++i) {
    void *p = search(images[i], name, 0);
    if (p)
      return p;
  }
  return system_symbol(name);
}

static void *bind(struct image *m, int64_t ordinal, const char *name, bool weak) {
  void *p = NULL;
  if (strcmp(name, "__tlv_bootstrap") == 0)
    return tlv_thunk;
  if (ordinal > 0 && main_image->header->flags & MH_FORCE_FLAT) {
    p = search_all(name);
  } else if (ordinal > 0) {
    REQUIRE(ordinal <= m->library_count, "%s: %s is bound to library %d of %d", m->path, name, (int)ordinal, m->library_count);
    struct image *from = m->libraries[ordinal - 1].image;
    bool absent = !from && m->libraries[ordinal - 1].weak && strncmp(m->libraries[ordinal - 1].name, "/usr/lib/", 9) != 0;
    p = from ? search(from, name, 0) : absent ? NULL : system_symbol(name);
    if (!p && !weak && from)
      die("%s: symbol not found: %s, expected in %s", m->path, name, m->libraries[ordinal - 1].name);
  } else if (ordinal == 0) {
    p = search(m, name, 0);
  } else if (ordinal == -1) {
    p = search(main_image, name, 0);
  } else {
    p = search_all(name);
  }
  if (verbose)
    fprintf(stderr, "machorun: %s: %s of library %d is %p\n", m->path, name, (int)ordinal, p);
  return p || weak ? p : missing_symbol(name);
}

// -- chained fixups

static uint32_t word(const uint8_t *p) {
  uint32_t v;
  memcpy(&v, p, 4);
  return v;
}
static uint64_t xword(const uint8_t *p) {
  uint64_t v;
  memcpy(&v, p, 8);
  return v;
}

struct import {
  void *target;
  int64_t addend;
};

static struct import *read_imports(struct image *m, uint32_t count, uint32_t format) {
  static const uint32_t sizes[] = {0, 4, 8, 16};
  REQUIRE(format >= 1 && format <= 3, "%s: imports_format %u", m->path, format);
  uint32_t at = word(m->fixups + 8), names = word(m->fixups + 12);
  REQUIRE(at + (uint64_t)count * sizes[format] <= names && names <= m->fixups_size, "%s: imports", m->path);
  struct import *imports = calloc(count + 1u, sizeof *imports);
  for (uint32_t i = 0; i < count; ++i) {
    const uint8_t *p = m->fixups + at + i * sizes[format];
    int64_t ordinal;
    bool weak;
    uint64_t name;
    if (format == 3) {
      uint64_t v = xword(p);
      ordinal = (v & 0xffff) > 0xfff0 ? (int16_t)v : (int64_t)(v & 0xffff);
      weak = v >> 16 & 1;
      name = v >> 32;
      imports[i].addend = (int64_t)xword(p + 8);
    } else {
      uint32_t v = word(p);
      ordinal = (v & 0xff) > 0xf0 ? (int8_t)v : (int64_t)(v & 0xff);
      weak = v >> 8 & 1;
      name = v >> 9;
      if (format == 2)
        imports[i].addend = (int32_t)word(p + 4);
    }
    REQUIRE(names + name < m->fixups_size && memchr(m->fixups + names + name, 0, m->fixups_size - names - name), "%s: name of import %u", m->path, i);
    imports[i].target = bind(m, ordinal, (const char *)m->fixups + names + name, weak);
  }
  return imports;
}

static void chained_fixups(struct image *m) {
  REQUIRE(m->fixups_size >= 28 && word(m->fixups) == 0, "%s: version of chained fixups", m->path);
  uint32_t starts_at = word(m->fixups + 4), count = word(m->fixups + 16);
  struct import *imports = read_imports(m, count, word(m->fixups + 20));
  REQUIRE(starts_at % 4 == 0 && starts_at + 4 <= m->fixups_size, "%s: chained starts", m->path);
  const uint8_t *starts = m->fixups + starts_at;
  uint32_t segments = word(starts);
  REQUIRE((int)segments == m->segment_count, "%s: chained starts for %u segments of %d", m->path, segments, m->segment_count);
  for (uint32_t k = 0; k < segments; ++k) {
    uint32_t offset = word(starts + 4 + 4 * k);
    if (!offset)
      continue;
    const struct segment *seg = m->segments[k];
    const uint8_t *s = starts + offset;
    uint16_t page_size, format, pages;
    memcpy(&page_size, s + 4, 2);
    memcpy(&format, s + 6, 2);
    memcpy(&pages, s + 20, 2);
    REQUIRE(s + 22 + 2 * pages <= m->fixups + m->fixups_size && word(s) >= 22 + 2u * pages, "%s: chained starts", m->path);
    REQUIRE(format == 2 || format == 6, "%s: chained pointer format %u", m->path, format);
    REQUIRE(page_size == PAGE, "%s: page size %u of chained fixups", m->path, page_size);
    REQUIRE(xword(s + 8) == (uint64_t)((uint8_t *)mapped(m, seg->vmaddr) - m->base), "%s %.16s: segment_offset", m->path, seg->name);
    for (uint32_t page = 0; page < pages; ++page) {
      uint16_t first;
      memcpy(&first, s + 22 + 2 * page, 2);
      if (first == 0xffff)
        continue;
      uint64_t at = (uint64_t)page * page_size + first, page_end = (uint64_t)(page + 1) * page_size;
      for (;;) {
        REQUIRE(at < page_end && at + 8 <= seg->filesize, "%s %.16s: chain leaves its page at 0x%lx", m->path, seg->name, (long)at);
        uint8_t *p = (uint8_t *)mapped(m, seg->vmaddr) + at;
        uint64_t v = xword(p), next = v >> 51 & 0xfff, out;
        if (v >> 63) {
          uint32_t i = v & 0xffffff;
          REQUIRE(i < count, "%s: import %u of %u", m->path, i, count);
          REQUIRE((v >> 32 & 0x7ffff) == 0, "%s: reserved bits of a bind", m->path);
          out = (uint64_t)imports[i].target + (uint64_t)imports[i].addend + (v >> 24 & 0xff);
        } else {
          uint64_t target = v & 0xfffffffff;
          REQUIRE((v >> 44 & 0x7f) == 0, "%s: reserved bits of a rebase", m->path);
          out = format == 2 ? target + m->slide : (uint64_t)m->base + target;
          REQUIRE(image_of_address((void *)out) == m || format == 6, "%s %.16s+0x%lx: slid pointer leads outside", m->path, seg->name, (long)at);
          out |= (v >> 36 & 0xff) << 56;
        }
        memcpy(p, &out, 8);
        if (!next)
          break;
        at += next * 4;
      }
    }
  }
  free(imports);
}

// -- opcodes

static uint64_t *place(struct image *m, int segment, uint64_t offset) {
  REQUIRE(segment < m->segment_count, "%s: opcode for segment %d of %d", m->path, segment, m->segment_count);
  const struct segment *s = m->segments[segment];
  REQUIRE(s->initprot & 2 && offset + 8 <= s->vmsize, "%s: opcode for offset 0x%lx of %.16s", m->path, (long)offset, s->name);
  return (uint64_t *)((uint8_t *)mapped(m, s->vmaddr) + offset);
}

static void slide_pointers(struct image *m, struct cursor c) {
  int segment = 0;
  uint64_t offset = 0;
  while (c.at < c.end) {
    uint8_t op = take(&c), low = op & 15;
    uint64_t times = 1, skip = 0;
    switch (op & 0xf0) {
    case 0x00:
      return;
    case 0x10:
      REQUIRE(low == 1, "%s: rebase type %d", m->path, low);
      continue;
    case 0x20:
      segment = low;
      offset = uleb(&c);
      continue;
    case 0x30:
      offset += uleb(&c);
      continue;
    case 0x40:
      offset += low * 8u;
      continue;
    case 0x50:
      times = low;
      break;
    case 0x60:
      times = uleb(&c);
      break;
    case 0x70:
      skip = uleb(&c);
      break;
    case 0x80:
      times = uleb(&c);
      skip = uleb(&c);
      break;
    default:
      die("%s: rebase opcode 0x%x", m->path, op);
    }
    for (; times; --times, offset += 8 + skip)
      *place(m, segment, offset) += m->slide;
  }
}

static void bind_pointers(struct image *m, struct cursor c, bool weak_stream) {
  int segment = 0;
  uint64_t offset = 0;
  int64_t ordinal = 0, addend = 0;
  const char *name = NULL;
  int flags = 0;
  while (c.at < c.end) {
    uint8_t op = take(&c), low = op & 15;
    uint64_t times = 1, skip = 0;
    switch (op & 0xf0) {
    case 0x00:
      return;
    case 0x10:
      ordinal = low;
      continue;
    case 0x20:
      ordinal = (int64_t)uleb(&c);
      continue;
    case 0x30:
      ordinal = low ? (int8_t)(0xf0 | low) : 0;
      continue;
    case 0x40:
      flags = low;
      name = text(&c);
      continue;
    case 0x50:
      REQUIRE(low == 1, "%s: bind type %d", m->path, low);
      continue;
    case 0x60:
      addend = sleb(&c);
      continue;
    case 0x70:
      segment = low;
      offset = uleb(&c);
      continue;
    case 0x80:
      offset += uleb(&c);
      continue;
    case 0x90:
      break;
    case 0xa0:
      skip = uleb(&c);
      break;
    case 0xb0:
      skip = low * 8u;
      break;
    case 0xc0:
      times = uleb(&c);
      skip = uleb(&c);
      break;
    default:
      die("%s: bind opcode 0x%x", m->path, op);
    }
    REQUIRE(name, "%s: bind without a name", m->path);
    for (; times; --times, offset += 8 + skip) {
      uint64_t *p = place(m, segment, offset);
      if (weak_stream) {
        void *best = search_all(name);
        if (best)
          *p = (uint64_t)best + (uint64_t)addend;
      } else {
        *p = (uint64_t)bind(m, ordinal, name, flags & 1) + (uint64_t)addend;
      }
    }
  }
}

void apply_fixups(struct image *m) {
  REQUIRE(!m->fixups || !m->dyld_info, "%s: both chained fixups and opcodes", m->path);
  if (m->fixups)
    chained_fixups(m);
  if (m->dyld_info) {
    uint32_t f[10];
    memcpy(f, m->dyld_info, sizeof f);
    for (int i = 0; i < 10; i += 2)
      REQUIRE((uint64_t)f[i] + f[i + 1] <= m->file_size, "%s: dyld information lies outside of the file", m->path);
    struct cursor stream[5];
    for (int i = 0; i < 5; ++i)
      stream[i] = (struct cursor){m, m->file + f[2 * i], m->file + f[2 * i] + f[2 * i + 1]};
    slide_pointers(m, stream[0]);
    bind_pointers(m, stream[1], false);
    bind_pointers(m, stream[3], false); // what may be bound lazily is bound at once
    bind_pointers(m, stream[2], true);
  }
}
