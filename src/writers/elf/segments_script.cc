// Segments of an image that a script lays out (gABI 4.3, "Program Header"; "PHDRS Command" of the GNU ld
// manual). Either the script lists them, or they follow from the addresses that it gives: sections that
// are neighbours in memory and in the file share one.
#include "writers/elf/target.h"

#include <algorithm>

namespace gold::elf {

namespace {

u32 permissions(const Link &link, const OutputSection &o) {
  if (link.opt.omagic)
    return PF_R | PF_W | PF_X;
  return PF_R | (o.flags & kSecWrite ? u32(PF_W) : 0) | (o.flags & kSecExec ? u32(PF_X) : 0);
}

bool is_tbss(const OutputSection &o) {
  return o.flags & kSecTls && o.flags & kSecZeroFill;
}

struct TypeName {
  std::string_view name;
  u32 type;
};
constexpr TypeName kTypes[] = {
    {"PT_NULL", 0},
    {"PT_LOAD", PT_LOAD},
    {"PT_DYNAMIC", PT_DYNAMIC},
    {"PT_INTERP", PT_INTERP},
    {"PT_NOTE", PT_NOTE},
    {"PT_SHLIB", 5},
    {"PT_PHDR", PT_PHDR},
    {"PT_TLS", PT_TLS},
    {"PT_GNU_EH_FRAME", PT_GNU_EH_FRAME},
    {"PT_GNU_STACK", PT_GNU_STACK},
    {"PT_GNU_RELRO", PT_GNU_RELRO},
    {"PT_GNU_PROPERTY", PT_GNU_PROPERTY},
};

} // namespace

void ElfTarget::add_loads_by_address(Link &link, const std::vector<OutputSection *> &alloc) {
  bool paged = !link.opt.omagic && !link.opt.nmagic;
  u64 page = paged ? page_size(link) : 1;
  // By default GNU ld keeps code apart on x86 only.
  bool separate = link.opt.z_separate_code && elf_arch.info.arch == Arch::X86_64;
  for (OutputSection *o : alloc)
    o->starts_segment = false;
  const OutputSection *before = nullptr;
  Segment *load = nullptr;
  for (OutputSection *o : alloc) {
    bool fresh = !before;
    if (before) {
      u64 end = before->lma + (is_tbss(*before) ? 0 : before->size);
      bool writable = load->native_flags & PF_W;
      bool shares_page = end && align_down(end - 1, page) == align_down(o->lma, page);
      bool stored = !(o->flags & kSecZeroFill);
      fresh = before->lma - before->addr != o->lma - o->addr || o->lma < end ||
              (before->flags & kSecZeroFill && !is_tbss(*before) && stored);
      if (paged && !fresh) {
        fresh = align_up(end, page) < align_up(o->lma, page) ||
                (separate && (before->flags ^ o->flags) & kSecExec && !shares_page) ||
                (!writable && o->flags & kSecWrite && (link.plan.has_relro || !shares_page));
      }
    }
    if (fresh) {
      load = &add_segment(link, PT_LOAD, 0, o, o, paged ? page : 1);
      o->starts_segment = before != nullptr;
    }
    load->native_flags |= permissions(link, *o);
    load->last = o;
    if (!paged)
      load->align = std::max(load->align, o->align);
    if (!is_tbss(*o) || fresh)
      before = o;
  }
  // The headers are part of the first segment if there is room for them before its first section.
  auto first = std::find_if(link.segments.begin(), link.segments.end(),
                            [](const Segment &s) { return s.native_type == PT_LOAD; });
  u64 room = alloc.empty() || !paged ? 0 : alloc[0]->addr & (page - 1);
  // What is added behind the loads counts, too: in the next round it is known.
  u64 count = std::max(script_segments_, link.segments.size());
  if (room < sizeof(Ehdr) + count * sizeof(Phdr) && script_segments_)
    headers_loaded_ = false;
  if (!headers_loaded_)
    std::erase_if(link.segments, [](const Segment &s) { return s.native_type == PT_PHDR; });
  else if (first != link.segments.end())
    first->includes_headers = true;
}

// DATA_SEGMENT_ALIGN ... DATA_SEGMENT_RELRO_END
void ElfTarget::add_scripted_relro(Link &link, const std::vector<OutputSection *> &alloc) {
  const LayoutPlan &plan = link.plan;
  if (!plan.has_relro)
    return;
  OutputSection *first = nullptr, *last = nullptr;
  for (OutputSection *o : alloc)
    if (o->addr >= plan.relro_begin && o->addr < plan.relro_end && (!is_tbss(*o) || first)) {
      first = first ? first : o;
      last = o;
    }
  if (first)
    add_segment(link, PT_GNU_RELRO, PF_R, first, last, 1);
}

// PHDRS: a section is in the segments that it names, or in those of the section before it.
void ElfTarget::make_listed_segments(Link &link) {
  LayoutPlan &plan = link.plan;
  for (const PhdrRule &p : plan.phdrs) {
    u32 type = u32(p.type_number);
    if (!p.type_value) {
      auto at = std::find_if(std::begin(kTypes), std::end(kTypes), [&](auto &t) { return t.name == p.type; });
      if (at == std::end(kTypes)) {
        link.diag.error(plan.place(p.at) + "unknown type `" + std::string(p.type) + "' of a program header");
        return;
      }
      type = at->type;
    }
    Segment &s = add_segment(link, type, p.flags ? u32(p.flags_number) : 0, nullptr, nullptr,
                             type == PT_LOAD ? page_size(link) : 1);
    if (type == PT_PHDR && !p.flags)
      s.native_flags = PF_R;
    s.includes_headers = p.file_header || p.program_headers || type == PT_PHDR;
  }
  std::vector<std::size_t> current;
  for (std::size_t i = 0; i < plan.phdrs.size() && current.empty(); ++i)
    if (link.segments[i].native_type == PT_LOAD)
      current.push_back(i);
  for (OutputSection *o : link.outputs) {
    o->starts_segment = false;
    if (!(o->flags & kSecAlloc))
      continue;
    if (o->rule && !o->rule->phdrs.empty()) {
      current.clear();
      for (std::string_view name : o->rule->phdrs) {
        if (name == "NONE")
          continue;
        auto at = std::find_if(plan.phdrs.begin(), plan.phdrs.end(), [&](auto &p) { return p.name == name; });
        if (at == plan.phdrs.end()) {
          link.diag.error(plan.place(o->rule->at) + "section `" + std::string(o->name) +
                          "' assigned to non-existent phdr `" + std::string(name) + "'");
          return;
        }
        current.push_back(std::size_t(at - plan.phdrs.begin()));
      }
    }
    for (std::size_t i : current) {
      Segment &s = link.segments[i];
      if (is_tbss(*o) && s.native_type != PT_TLS && s.first)
        continue;
      if (!s.first) {
        s.first = o;
        o->starts_segment |= s.native_type == PT_LOAD && i != 0;
      }
      s.last = o;
      if (!plan.phdrs[i].flags)
        s.native_flags |= permissions(link, *o);
      if (s.native_type != PT_LOAD)
        s.align = std::max(s.align, o->align);
    }
  }
  for (Segment &s : link.segments)
    if (!s.first)
      s.align = 8;
}

// The address of the first byte of the file, if a segment holds it.
void ElfTarget::set_scripted_base(Link &link) {
  u64 headers = header_size(link);
  for (Segment &s : link.segments) {
    if (s.native_type != PT_LOAD || !s.first)
      continue;
    if (!s.includes_headers) {
      if (link.plan.phdrs.empty()) {
        link.image_base = s.first->addr; // of what is loaded
        return;
      }
      continue;
    }
    if (s.first->offset > s.first->addr || s.first->offset < headers) {
      link.diag.error("not enough room for program headers, try linking with -N");
      return;
    }
    if (s.first->addr % page_size(link) != s.first->offset % page_size(link))
      link.diag.error("not enough room for program headers before section `" + std::string(s.first->name) +
                      "'");
    link.image_base = s.first->addr - s.first->offset;
    return;
  }
}

} // namespace gold::elf
