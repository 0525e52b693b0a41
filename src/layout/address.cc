// Addresses and file offsets.
//
// One walk over the plan's steps (engine.cc) gives everything an address; synthesized sections whose size
// depends on addresses are then asked again, and the walk repeats until no size and no value of a script
// changes. Each such section may only move in one direction, so that this ends; 16 rounds without an end
// is an error that names what moves. Offsets in the file follow from the addresses.
#include "layout/address.h"

#include "layout/layout.h"
#include "layout/merge.h"
#include "layout/patches.h"
#include "layout/thunks.h"
#include "support/threads.h"

#include <algorithm>

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

// More than this in a file is a mistake of a script, not an image.
constexpr u64 kMaxFile = u64(1) << 42;

// What offset and address must agree modulo in the segment that begins with outputs[i].
u64 congruence(const Link &link, std::size_t i, u64 page) {
  u64 m = std::max(page, link.outputs[i]->align);
  for (++i;
       i < link.outputs.size() && !link.outputs[i]->starts_segment && (link.outputs[i]->flags & kSecAlloc);
       ++i)
    m = std::max(m, link.outputs[i]->align);
  return m;
}

// What no segment maps stands at the next place in the file that suits it.
void place_unmapped(OutputSection &o, u64 &off) {
  o.offset = off = align_up(off, o.align);
  o.file_size = o.flags & kSecZeroFill ? 0 : o.size;
  off += o.file_size;
}

void end_file(Link &link, u64 off, u64 align) {
  link.trailer_offset = align_up(off, align);
  link.file_size = link.trailer_offset + link.target->trailer_size(link);
}

// Offsets in the file of what a script lays out. In a segment they follow the addresses exactly, also behind
// zero-fill sections that the script has put before stored ones; what is not loaded stands behind.
void assign_scripted_offsets(Link &link) {
  u64 page = link.opt.omagic || link.opt.nmagic ? 1 : link.target->page_size(link);
  u64 off = link.target->header_size(link);
  u64 modulo = page;
  const OutputSection *first = nullptr; // of the segment
  // What is too large stays so: nothing wraps around before it is reported.
  auto move_to = [&](u64 to) { off = to >= off ? std::min(to, std::max(off, kMaxFile + 1)) : kMaxFile + 1; };
  for (std::size_t i = 0; i < link.outputs.size(); ++i) {
    OutputSection *o = link.outputs[i];
    if (!(o->flags & kSecAlloc))
      continue;
    bool stored = !(o->flags & kSecZeroFill) && !o->hollow;
    if (!o->hollow && (!first || o->starts_segment)) {
      modulo = congruence(link, i, page);
      move_to(off + ((o->addr - off) & (modulo - 1)));
      first = o;
    } else if (stored) {
      u64 at = o->addr >= first->addr ? first->offset + std::min(o->addr - first->addr, kMaxFile) : 0;
      move_to(at >= off ? at : off + ((o->addr - off) & (modulo - 1)));
    }
    o->offset = off;
    o->file_size = stored ? o->size : 0;
    off += o->file_size;
  }
  for (OutputSection *o : link.outputs)
    if (!(o->flags & kSecAlloc))
      place_unmapped(*o, off);
  end_file(link, off, 8);
}

// Offsets in the file follow from the addresses: the loader maps pages, so both agree modulo a page.
void assign_offsets(Link &link) {
  if (link.plan.scripted && !link.is_relocatable() && !link.target->file_alignment(link))
    return assign_scripted_offsets(link);
  u64 page = link.target->page_size(link);
  u64 file_align = link.target->file_alignment(link);
  u64 off = link.target->header_size(link);
  u64 modulo = page;
  for (std::size_t i = 0; i < link.outputs.size(); ++i) {
    OutputSection *o = link.outputs[i];
    bool zero = o->flags & kSecZeroFill;
    if (i == 0 || o->starts_segment)
      modulo = congruence(link, i, page);
    if (!(o->flags & kSecAlloc) || link.is_relocatable()) {
      place_unmapped(*o, off);
      continue;
    }
    if (o->flags & kSecTls && zero && !o->address_fixed) {
      if (o->starts_segment)
        off += (o->addr - off) & (modulo - 1);
      o->offset = off;
      o->file_size = 0;
      continue;
    }
    if (file_align)
      off = align_up(off, zero ? 1 : file_align);
    else if (!zero || o->starts_segment)
      off += (o->addr - off) & (modulo - 1);
    o->offset = off;
    o->file_size = zero ? 0 : o->size;
    off += o->file_size;
  }
  end_file(link, off, std::max<u64>(8, file_align));
}

// --oformat binary: the file is what memory holds from the lowest load address on.
void assign_raw_offsets(Link &link) {
  u64 low = ~u64(0), end = 0;
  auto stored = [](const OutputSection &o) {
    return o.flags & kSecAlloc && !(o.flags & kSecZeroFill) && o.size;
  };
  for (const OutputSection *o : link.outputs)
    if (stored(*o))
      low = std::min(low, o->lma);
  for (OutputSection *o : link.outputs) {
    o->file_size = stored(*o) ? o->size : 0;
    o->offset = stored(*o) ? o->lma - low : 0;
    end = std::max(end, o->offset + o->file_size);
  }
  link.trailer_offset = link.file_size = end;
}

void set_tls(Link &link) {
  link.tls_start = link.tls_end = 0;
  link.tls_align = 1;
  for (OutputSection *o : link.outputs)
    if (o->flags & kSecTls) {
      link.tls_align = std::max(link.tls_align, o->align);
      if (!link.tls_start)
        link.tls_start = o->addr;
      link.tls_end = std::max(link.tls_end, o->end());
    }
}

void place_all_members(Link &link) {
  parallel_for_each(link.outputs, [](OutputSection *o) {
    if (o->body.empty())
      place_members(*o);
  });
}

// A section of a script that holds nothing but space, and in the end none of that, keeps its header but is
// no part of memory. True if there was one.
bool find_hollow(Link &link) {
  bool any = false;
  for (OutputSection *o : link.outputs) {
    bool script_alone = o->rule && !o->rule->floating && !o->size && !o->hollow &&
                        std::all_of(o->members.begin(), o->members.end(),
                                    [](const Section *s) { return !s->name_size && !s->native_type; });
    if (!script_alone)
      continue;
    o->hollow = any = true;
    link.target->describe_hollow(link, *o);
  }
  return any;
}

bool has_islands(const Link &link) {
  return std::any_of(link.outputs.begin(), link.outputs.end(),
                     [](OutputSection *o) { return !o->thunk_islands.empty() || !o->patch_islands.empty(); });
}

} // namespace

void assign_addresses(Link &link) {
  link.image_base = link.opt.image_base.value_or(link.target->default_image_base(link));
  AddressEngine engine(link);
  std::string moved;
  auto walk = [&](bool last) {
    place_all_members(link);
    engine.walk(last);
    if (engine.changed)
      moved = engine.moved;
    set_tls(link);
    if (link.plan.scripted) {
      std::size_t segments = link.segments.size();
      link.target->make_segments(link);
      if (link.segments.size() != segments)
        moved = "the program headers";
    }
    assign_offsets(link);
  };
  for (int round = 0;; ++round) {
    moved.clear();
    walk(false);
    if (round == 0) {
      prepare_thunks(link);
      prepare_patches(link);
      if (has_islands(link)) // they need addresses, too
        walk(false);
    }
    if (update_thunks(link))
      moved = "a section of thunks";
    if (update_patches(link))
      moved = "a section of patches";
    if (link.diag.has_errors())
      return;
    for (Synthetic *s : link.synthetics)
      if (s->section.output && s->update(link))
        moved = s->section.name();
    if (moved.empty())
      break;
    if (round == 16) {
      link.diag.error("addresses do not settle: " + moved + " still changes after 16 rounds");
      return;
    }
  }
  if (link.plan.scripted && find_hollow(link))
    walk(false);
  if (link.plan.has_statements())
    walk(true);
  engine.finish();
  link.raw_image |= link.opt.oformat == "binary";
  if (link.raw_image)
    assign_raw_offsets(link);
  if (link.file_size > kMaxFile)
    link.diag.error(
        format("the output would be %llu bytes large", static_cast<unsigned long long>(link.file_size)));
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
  parallel_for_each(
      link.objects,
      [&](InputFile *f) {
        for (std::size_t k = 0; k < f->symbols.size(); ++k)
          // A file may name one symbol by two entries (--wrap): the one that binds it counts.
          if (Symbol *s = f->symbols[k];
              s && (k < f->first_global || (s->file == f && (s->native == k || f == link.internal))) &&
              !(s->flags & kSymCopied))
            finalize(*s);
      },
      4);
  link.target->finalize(link);
}

} // namespace gold
