// Thread-local variables: descriptors of (thunk, key, offset); each thread has a copy of the image's template.
#define _GNU_SOURCE
#include "machorun.h"

#include <stdlib.h>
#include <string.h>

struct descriptor {
  void *thunk;
  struct image *image;
  uint64_t offset;
};

// Called by the thunk, which keeps all registers but that of the result.
void *tlv_get(struct descriptor *d);
void *tlv_get(struct descriptor *d) {
  struct image *m = d->image;
  char *block = pthread_getspecific(m->tlv_key);
  if (!block) {
    size_t n = m->tlv_end - m->tlv_begin;
    block = aligned_alloc(64, (n + 127) & ~(size_t)63);
    memcpy(block, mapped(m, m->tlv_begin), n);
    pthread_setspecific(m->tlv_key, block);
  }
  return block + d->offset;
}

static void find_template(struct image *m, const struct section *s) {
  uint32_t type = s->flags & 0xff;
  if (type != 0x11 && type != 0x12) // S_THREAD_LOCAL_REGULAR, S_THREAD_LOCAL_ZEROFILL
    return;
  if (!m->tlv_end) {
    m->tlv_begin = s->addr;
    m->tlv_end = s->addr;
  }
  REQUIRE(s->addr >= m->tlv_end, "%s: template of thread-local variables is out of order", m->path);
  m->tlv_end = s->addr + s->size;
}

static void bind_descriptors(struct image *m, const struct section *s) {
  if ((s->flags & 0xff) != 0x13) // S_THREAD_LOCAL_VARIABLES
    return;
  REQUIRE(s->size % sizeof(struct descriptor) == 0 && s->addr % 8 == 0, "%s: __thread_vars", m->path);
  struct descriptor *d = mapped(m, s->addr);
  for (uint64_t i = 0; i < s->size / sizeof *d; ++i) {
    REQUIRE(d[i].thunk == tlv_thunk, "%s: descriptor %d is not bound to __tlv_bootstrap", m->path, (int)i);
    REQUIRE(d[i].offset < m->tlv_end - m->tlv_begin, "%s: offset 0x%lx lies outside of the template", m->path, (long)d[i].offset);
    d[i].image = m;
  }
}

void prepare_tlv(struct image *m) {
  for_each_section(m, find_template);
  if (m->tlv_end) {
    pthread_key_create(&m->tlv_key, free);
    for_each_section(m, bind_descriptors);
  }
}
