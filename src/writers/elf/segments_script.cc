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
  u64 page = page_size(link);
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
              (before->flags & kSecZeroFill && !is_tbss(*before) && stored && (!paged || !shares_page));
      fresh |= align_up(end, page) < align_up(o->lma, page);
      if (paged && !fresh) {
        fresh = (separate && (before->flags ^ o->flags) & kSecExec && !shares_page) ||
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
  bool bare = false; // a PT_LOAD without headers
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
    bool headers = p.file_header || p.program_headers;
    if (type == PT_LOAD && headers && bare) {
      link.diag.error(plan.place(p.at) +
                      "PHDRS and FILEHDR are not supported when prior PT_LOAD headers lack them");
      return;
    }
    bare |= type == PT_LOAD && !headers;
    Segment &s = add_segment(link, type, p.flags ? u32(p.flags_number) : 0, nullptr, nullptr,
                             type == PT_LOAD ? page_size(link) : 1);
    if (type == PT_PHDR && !p.flags)
      s.native_flags = PF_R;
    s.includes_headers = headers || type == PT_PHDR;
  }
  auto chosen = [&](const OutputRule &rule) {
    std::vector<std::size_t> list;
    for (std::string_view name : rule.phdrs) {
      if (name == "NONE")
        continue;
      auto at = std::find_if(plan.phdrs.begin(), plan.phdrs.end(), [&](auto &p) { return p.name == name; });
      if (at != plan.phdrs.end())
        list.push_back(std::size_t(at - plan.phdrs.begin()));
      else
        link.diag.error(plan.place(rule.at) + "section `" + std::string(rule.name) +
                        "' assigned to non-existent phdr `" + std::string(name) + "'");
    }
    return list;
  };
  // Sections in front of the first that names segments are in those, too. Sections that are left out count.
  auto names_some = [](const LayoutPlan::Step &s) {
    return s.out && s.out->rule && !s.out->rule->phdrs.empty();
  };
  auto first = std::find_if(plan.steps.begin(), plan.steps.end(), names_some);
  if (first == plan.steps.end()) {
    link.diag.error("no sections assigned to phdrs");
    return;
  }
  std::vector<std::size_t> current = chosen(*first->out->rule);
  for (const LayoutPlan::Step &step : plan.steps) {
    OutputSection *o = step.out;
    if (!o)
      continue;
    if (names_some(step))
      current = chosen(*o->rule);
    o->starts_segment = false;
    if (o->dropped || o->hollow || !(o->flags & kSecAlloc))
      continue;
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
