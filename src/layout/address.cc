// Addresses and file offsets.
//
// One forward walk over the output sections gives everything a place; synthesized sections whose
// size depends on addresses are then asked again, and the walk repeats until no size changes. Each
// such section may only move in one direction, so that this ends; 16 rounds without an end is an
// error that names the section.
#include <algorithm>

#include "layout/layout.h"
#include "layout/merge.h"
#include "layout/thunks.h"
#include "support/threads.h"

namespace gold {

namespace {

void place_members(OutputSection &o) {
  u64 off = 0;
  for (Section *s : o.members) {
    off = align_up(off, s->align());
    s->offset = off;
    off += s->size;
  }
  o.size = off;
}

// What offset and address must agree modulo in the segment that begins with outputs[i].
u64 congruence(const Link &link, std::size_t i, u64 page) {
  u64 m = std::max(page, link.outputs[i]->align);
  for (++i; i < link.outputs.size() && !link.outputs[i]->starts_segment && (link.outputs[i]->flags & kSecAlloc); ++i)
    m = std::max(m, link.outputs[i]->align);
  return m;
}

void walk(Link &link) {
  u64 page = link.target->page_size(link);
  u64 headers = link.target->header_size(link);
  u64 file_align = link.target->file_alignment(link);
  u64 dot = link.image_base + headers, off = headers;
  u64 tls_align = 1;
  for (OutputSection *o : link.outputs)
    if (o->flags & kSecTls)
      tls_align = std::max(tls_align, o->align);
  bool in_tls = false;
  u64 tls_dot = 0;
  u64 modulo = page;
  for (std::size_t i = 0; i < link.outputs.size(); ++i) {
    OutputSection *o = link.outputs[i];
    bool zero = o->flags & kSecZeroFill;
    if (i == 0 || o->starts_segment)
      modulo = congruence(link, i, page);
    if (!(o->flags & kSecAlloc) || link.is_relocatable()) {
      off = align_up(off, o->align);
      o->addr = 0;
      o->offset = off;
      o->file_size = zero ? 0 : o->size;
      off += o->file_size;
      continue;
    }
    u64 align = o->align;
    if ((o->flags & kSecTls) && !in_tls) {
      in_tls = true;
      align = std::max(align, tls_align); // PT_TLS begins aligned
    }
    if (o->address_fixed) {
      dot = o->addr;
    } else {
      if (o->starts_segment)
        dot = align_up(dot, page);
      if ((o->flags & kSecTls) && zero) { // .tbss takes no address space outside the TLS image
        tls_dot = align_up(std::max(tls_dot, dot), align);
        o->addr = tls_dot;
        if (o->starts_segment)
          off += (o->addr - off) & (modulo - 1);
        o->offset = off;
        o->file_size = 0;
        tls_dot += o->size;
        continue;
      }
      dot = align_up(dot, align);
      o->addr = dot;
    }
    if (file_align)
      off = align_up(off, zero ? 1 : file_align);
    else if (!zero || o->starts_segment)
      off += (o->addr - off) & (modulo - 1); // the loader maps pages: offset and address agree modulo one
    o->offset = off;
    o->file_size = zero ? 0 : o->size;
    off += o->file_size;
    dot = o->addr + o->size;
    if (o->flags & kSecTls)
      tls_dot = dot;
  }
  link.trailer_offset = align_up(off, std::max<u64>(8, file_align));
  link.file_size = link.trailer_offset + link.target->trailer_size(link);
  link.tls_start = link.tls_end = 0;
  link.tls_align = tls_align;
  for (OutputSection *o : link.outputs)
    if (o->flags & kSecTls) {
      if (!link.tls_start)
        link.tls_start = o->addr;
      link.tls_end = std::max(link.tls_end, o->end());
    }
}

bool has_islands(const Link &link) {
  return std::any_of(link.outputs.begin(), link.outputs.end(),
                     [](OutputSection *o) { return !o->thunk_islands.empty(); });
}

} // namespace

void assign_addresses(Link &link) {
  link.image_base = link.opt.image_base.value_or(link.target->default_image_base(link));
  for (int round = 0;; ++round) {
    parallel_for_each(link.outputs, [](OutputSection *o) { place_members(*o); });
    walk(link);
    if (round == 0) {
      prepare_thunks(link);
      if (has_islands(link)) { // they need addresses, too
        parallel_for_each(link.outputs, [](OutputSection *o) { place_members(*o); });
        walk(link);
      }
    }
    Synthetic *moved = nullptr;
    if (update_thunks(link))
      moved = link.synthetics.back();
    if (link.diag.has_errors())
      return;
    for (Synthetic *s : link.synthetics)
      if (s->section.output && s->update(link))
        moved = s;
    if (!moved)
      return;
    if (round == 16) {
      link.diag.error("addresses do not settle: the size of " + std::string(moved->section.name()) +
                      " still changes after 16 rounds");
      return;
    }
  }
}

void finalize_symbols(Link &link) {
  auto finalize = [](Symbol &s) {
    Section *sec = s.section;
    if (!sec || (s.flags & (kSymAbsolute | kSymLinkerDefined | kSymShared)))
      return;
    if (sec->leader)
      sec = sec->leader;
    if (!sec->is_live())
      s.value = 0;
    else if (sec->kind == SectionKind::Merge)
      s.value = (s.flags & kSymSection) ? s.value : merged_address(*sec, s.value);
    else if (sec->kind == SectionKind::Unwind)
      s.value = sec->address();
    else
      s.value += sec->address();
  };
  parallel_for_each(link.objects, [&](InputFile *f) {
    for (std::size_t k = 0; k < f->symbols.size(); ++k)
      // A file may name one symbol by two entries (--wrap): the one that binds it counts.
      if (Symbol *s = f->symbols[k];
          s && (k < f->first_global || (s->file == f && (s->native == k || f == link.internal))) &&
          !(s->flags & kSymCopied))
        finalize(*s);
  }, 4);
  link.target->finalize(link);
}

} // namespace gold
