// The default plan of a Mach-O image: segments and the order of the sections in them.
//
// __TEXT begins with the headers and is only read and executed; __DATA_CONST is read-only once dyld has
// applied the fixups; __DATA has zero-filled sections at its end, so that the file need not hold them,
// with the template of thread-local variables (__thread_data, __thread_bss) in one piece around that
// border. __LINKEDIT is last and has no sections of its own.
#include "support/mapped_file.h"
#include "writers/macho/target.h"

#include <algorithm>

namespace gold::macho {

namespace {

std::string_view segment_of(std::string_view name) {
  return name.substr(0, name.find(','));
}

struct Ranked {
  std::string_view name;
  u32 rank;
};
constexpr u32 kMiddle = 100;
constexpr Ranked kSegments[] = {{"__TEXT", 1}, {"__DATA_CONST", 2}, {"__DATA", 3}, {"__LINKEDIT", 999}};
constexpr Ranked kSections[] = {
    {"__TEXT,__text", 1},
    {"__TEXT,__stubs", 2},
    {"__TEXT,__objc_stubs", 3},
    {"__TEXT,__init_offsets", 4},
    {"__TEXT,__unwind_info", 998},
    {"__TEXT,__eh_frame", 999},
    {"__DATA_CONST,__got", 1},
    {"__DATA,__thread_vars", 900},
    {"__DATA,__thread_ptrs", 901},
    {"__LINKEDIT,__rebase", 1},
    {"__LINKEDIT,__binding", 2},
    {"__LINKEDIT,__weak_binding", 3},
    {"__LINKEDIT,__chain_fixups", 4},
    {"__LINKEDIT,__export", 5},
    {"__LINKEDIT,__func_starts", 6},
    {"__LINKEDIT,__data_in_code", 7},
    {"__LINKEDIT,__symbol_table", 8},
    {"__LINKEDIT,__ind_sym_tab", 9},
    {"__LINKEDIT,__string_table", 10},
    {"__LINKEDIT,__code_signature", 11},
};

u32 find_rank(std::span<const Ranked> table, std::string_view name) {
  for (const Ranked &r : table)
    if (r.name == name)
      return r.rank;
  return 0;
}

// Sections of __DATA that nothing writes to once dyld is done.
constexpr std::string_view kConstant[] = {"__const",          "__cfstring",       "__mod_init_func",
                                          "__mod_term_func",  "__objc_classlist", "__objc_nlclslist",
                                          "__objc_catlist",   "__objc_catlist2",  "__objc_nlcatlist",
                                          "__objc_protolist", "__objc_imageinfo"};

} // namespace

std::string_view renamed(std::string_view name) {
  if (name.starts_with("__DATA,")) {
    std::string_view sect = name.substr(7);
    switch (sect.size() > 2 ? sect[2] : 0) { // what no rule can match leaves early
    case 'c':
      if (sect == "__const")
        return "__DATA_CONST,__const";
      if (sect == "__cfstring")
        return "__DATA_CONST,__cfstring";
      break;
    case 'm':
      if (sect == "__mod_init_func")
        return "__DATA_CONST,__mod_init_func";
      if (sect == "__mod_term_func")
        return "__DATA_CONST,__mod_term_func";
      break;
    case 'o':
      for (std::string_view c : kConstant)
        if (sect == c)
          return Arena::copy("__DATA_CONST," + std::string(c));
      break;
    default:
      break;
    }
    return name;
  }
  if (name == "__TEXT,__textcoal_nt" || name == "__TEXT,__StaticInit")
    return "__TEXT,__text";
  if (name == "__TEXT,__const_coal")
    return "__TEXT,__const";
  return name;
}

std::string_view MachTarget::output_name(const Link &, const Section &s) {
  std::string_view n = s.name();
  if (object)
    return n;
  if (n == "COMMON")
    return "__DATA,__common";
  return s.kind == SectionKind::Synthetic ? n : renamed(n);
}

u64 MachTarget::rank(const Link &, const OutputSection &o) {
  u32 seg = find_rank(kSegments, segment_of(o.name));
  u32 sect = find_rank(kSections, o.name);
  u64 other = 0; // segments that are not known stay apart
  if (!seg) {
    seg = kMiddle;
    other = 1;
    for (char c : segment_of(o.name))
      other = other * 131 + static_cast<u8>(c);
    other &= 0xffffffff;
  }
  if (!sect) {
    switch (o.native_type) {
    case S_THREAD_LOCAL_REGULAR:
      sect = 902;
      break;
    case S_THREAD_LOCAL_ZEROFILL:
      sect = 903;
      break;
    default:
      sect = o.flags & kSecZeroFill      ? (o.name == "__DATA,__common" ? 911 : 910)
             : o.flags & kSecExec        ? 10
             : o.name == "__DATA,__data" ? 50
                                         : kMiddle;
    }
  }
  // Of an object what has no header, and before that what takes no space in the file, comes last.
  u64 late = !object ? 0 : segment_of(o.name) == "__LINKEDIT" ? 2 : o.flags & kSecZeroFill ? 1 : 0;
  return late << 62 | u64(seg) << 48 | other << 16 | sect;
}

void MachTarget::describe_output(Link &link, OutputSection &o) {
  for (const Options::SectionAlignment &a : link.opt.section_alignments)
    if (a.section == o.name || renamed(a.section) == o.name)
      o.align = std::max(o.align, a.align);
}

// -order_file: lines of [ARCHITECTURE:][FILE.o:]SYMBOL.
OrderLine MachTarget::order_line(std::string_view line) {
  std::string_view own = arch() == Arch::AArch64 ? "arm64" : "x86_64";
  for (std::string_view a : {"arm64", "x86_64", "i386", "ppc", "arm"})
    if (line.starts_with(a) && line.substr(a.size()).starts_with(':')) {
      if (a != own)
        return {};
      line.remove_prefix(a.size() + 1);
      break;
    }
  if (std::size_t colon = line.find(".o:"); colon != line.npos)
    return {line.substr(0, colon + 2), line.substr(colon + 3)};
  return {"", line};
}

u64 MachTarget::default_image_base(const Link &link) {
  return link.is_shared() || object ? 0 : link.opt.pagezero_size;
}

int MachTarget::segment_index(const Link &link, const OutputSection &o) const {
  for (std::size_t i = 0; i < link.segments.size(); ++i)
    if (link.segments[i].name == segment_of(o.name))
      return static_cast<int>(i);
  return -1;
}

void MachTarget::make_segments(Link &link) {
  auto &segments = link.segments;
  segments.clear();
  auto add = [&](std::string_view name, u32 prot) -> Segment & {
    Segment &s = segments.emplace_back();
    s.name = name;
    s.native_flags = prot;
    return s;
  };
  if (object) {
    u32 n = 0;
    add("", 0);
    for (OutputSection *o : link.outputs)
      o->index = segment_of(o->name) == "__LINKEDIT" ? 0 : ++n;
    if (n > 255)
      link.diag.error("the object would have more than 255 sections");
    append_commands(link, commands_);
    header_size_ = sizeof(Header) + commands_.size();
    return;
  }
  if (!link.is_shared() && link.opt.pagezero_size)
    add("__PAGEZERO", 0);
  Segment *text = &add("__TEXT", VM_PROT_READ | VM_PROT_EXECUTE);
  text->includes_headers = true;
  u64 tls_align = 1;
  OutputSection *first_tls = nullptr;
  u32 number = 0;
  for (OutputSection *o : link.outputs) {
    std::string_view name = segment_of(o->name);
    o->index = name == "__LINKEDIT" ? 0 : ++number;
    if (segments.back().name != name) {
      Segment &s = add(name, name == "__LINKEDIT" ? VM_PROT_READ : VM_PROT_READ | VM_PROT_WRITE);
      s.first = o;
      o->starts_segment = true;
    } else if (!segments.back().first) {
      segments.back().first = o;
    }
    segments.back().last = o;
    if (o->native_type == S_THREAD_LOCAL_REGULAR || o->native_type == S_THREAD_LOCAL_ZEROFILL) {
      first_tls = first_tls ? first_tls : o;
      tls_align = std::max(tls_align, o->align);
    }
    if (o->native_type == S_THREAD_LOCAL_VARIABLES)
      has_tlv = true;
  }
  if (first_tls) // the template is copied as a whole: it begins as aligned as any of it
    first_tls->align = std::max(first_tls->align, tls_align);
  if (number > 255)
    link.diag.error("the image would have more than 255 sections");
  page_starts.assign(segments.size(), {});
  for (OutputSection *o : link.outputs)
    if (std::any_of(o->members.begin(), o->members.end(), [](Section *s) { return s->dyn_relocs != 0; }))
      page_starts[static_cast<std::size_t>(segment_index(link, *o))].any = true;
  append_commands(link, commands_);
  u64 pad = link.opt.headerpad;
  if (link.opt.headerpad_max_install_names)
    pad = std::max<u64>(pad, dylibs.size() * 1024);
  header_size_ = sizeof(Header) + commands_.size() + pad;
}

u64 MachTarget::header_size(const Link &) {
  return header_size_;
}

// Addresses and sizes of the segments.
void MachTarget::set_segments(Link &link) {
  u64 page = page_size(link);
  for (Segment &s : link.segments) {
    if (s.name == "__PAGEZERO") {
      s.mem_size = link.opt.pagezero_size;
      continue;
    }
    u64 mem_end, file_end;
    if (s.includes_headers) {
      s.addr = link.image_base;
      s.offset = 0;
      mem_end = s.addr + header_size_;
      file_end = header_size_;
    } else {
      s.addr = s.first->addr;
      s.offset = s.first->offset;
      mem_end = s.addr;
      file_end = s.offset;
    }
    for (const OutputSection *o : link.outputs)
      if (segment_of(o->name) == s.name) {
        mem_end = std::max(mem_end, o->end());
        if (!(o->flags & kSecZeroFill))
          file_end = std::max(file_end, o->offset + o->file_size);
      }
    s.mem_size = align_up(mem_end - s.addr, page);
    s.file_size = s.name == "__LINKEDIT" ? link.file_size - s.offset : align_up(file_end - s.offset, page);
    if (s.file_size == 0)
      s.offset = 0;
  }
  if (!link.segments.empty() && link.image_base % page)
    link.diag.error("the image's base is not a multiple of a page");
}

// Apple's linker has no scripts: nothing says what one would mean for load commands and subsections.
void MachTarget::default_plan(Link &link) {
  const LayoutPlan &plan = link.plan;
  if (!plan.outputs.empty() || !plan.regions.empty() || !plan.phdrs.empty())
    link.diag.error((plan.outputs.empty() ? "" : plan.place(plan.outputs[0]->at)) +
                    "a linker script can't lay out a Mach-O image");
}

} // namespace gold::macho
