// The segments over the output sections of the default layout (gABI 4.3, "Program Header"); those of a script
// are in segments_script.cc.
//
// What is only read, code, data that becomes read-only after relocation (RELRO) and data are a PT_LOAD each
// that starts on a new page, of the largest size that the image supports. The RELRO part is rounded up to
// such a page's end with zeros, .relro_padding (a section, so that strip keeps them), so that the loader can
// protect all of it whatever the size of pages, and nothing else. In the file there is no padding but to
// pages of the common size.
#include "writers/elf/target.h"

#include <algorithm>
#include <iterator>

namespace gold::elf {

namespace {

u32 load_flags(const Link &link, const OutputSection &o) {
  const Options &opt = link.opt;
  if (opt.omagic)
    return PF_R | PF_W | PF_X;
  u32 f = PF_R;
  if (o.flags & kSecWrite)
    f |= PF_W;
  if (o.flags & kSecExec)
    f = opt.execute_only && !(f & PF_W) ? u32(PF_X) : f | PF_X;
  if (f == PF_R && (!opt.rosegment || !opt.z_separate_code || opt.nmagic))
    f |= PF_X;
  return f;
}

} // namespace

void ElfTarget::make_segments(Link &link) {
  drop_lone_padding(link);
  for (OutputSection *o : link.outputs)
    if (o->name == ".init_array" || o->name == ".fini_array") // also when .ctors came first
      o->native_type = o->name[1] == 'i' ? SHT_INIT_ARRAY : SHT_FINI_ARRAY;
  if (link.is_relocatable() || (link.opt.emit_relocs && symtab))
    link_relocatable(link);
  link_sections(link);
  // What refers to an input .eh_frame means the start of the output's.
  if (eh_frame)
    for (InputFile *f : link.objects)
      if (f->kind == FileKind::Object && f != link.internal)
        for (Section *s : static_cast<ElfObject *>(f)->eh_frames)
          s->output = eh_frame->section.output;
  if (link.is_relocatable())
    return;
  script_segments_ = link.segments.size();
  link.segments.clear();
  if (!link.plan.phdrs.empty())
    make_listed_segments(link);
  else
    make_usual_segments(link);
}

// Nothing to be padded.
void ElfTarget::drop_lone_padding(Link &link) {
  OutputSection *padding = relro_padding ? relro_padding->section.output : nullptr;
  if (!padding || padding->dropped ||
      std::any_of(link.outputs.begin(), link.outputs.end(),
                  [&](const OutputSection *o) { return o->relro && o != padding; }))
    return;
  padding->dropped = true;
  std::erase(link.outputs, padding);
  link.number_outputs();
}

Segment &add_segment(Link &link, u32 type, u32 flags, OutputSection *first, OutputSection *last, u64 align) {
  Segment &s = link.segments.emplace_back();
  s.native_type = type;
  s.native_flags = flags;
  s.first = first;
  s.last = last;
  s.align = align;
  return s;
}

// One for each change of permissions; what is fixed by an option starts anew, too.
void ElfTarget::add_loads(Link &link, const std::vector<OutputSection *> &alloc) {
  const Options &opt = link.opt;
  const OutputSection *before = nullptr;
  for (OutputSection *o : alloc) {
    u32 flags = load_flags(link, *o);
    bool fresh = !before;
    if (before) {
      bool tbss = before->flags & kSecTls && before->flags & kSecZeroFill;
      fresh = flags != link.segments.back().native_flags || o->address_fixed ||
              (before->relro != o->relro && !opt.omagic) ||
              (before->flags & kSecZeroFill && !tbss && !(o->flags & kSecZeroFill)) ||
              ((before->native_flags ^ o->native_flags) & SHF_X86_64_LARGE);
    }
    if (fresh) {
      Segment &s = add_segment(link, PT_LOAD, flags, o, o, page_size(link));
      s.includes_headers = !before;
      o->starts_segment = before && !opt.omagic && (!opt.nmagic || o->flags & kSecWrite);
    }
    link.segments.back().last = o;
    before = o;
  }
}

void ElfTarget::make_usual_segments(Link &link) {
  const Options &opt = link.opt;
  auto add = [&](u32 type, u32 flags, OutputSection *first, OutputSection *last, u64 align) -> Segment & {
    return add_segment(link, type, flags, first, last, align);
  };
  auto out = [](const ElfSynthetic *s) {
    return s && s->section.output && !s->section.output->dropped ? s->section.output : nullptr;
  };
  std::vector<OutputSection *> alloc;
  for (OutputSection *o : link.outputs)
    if (o->flags & kSecAlloc && !o->hollow)
      alloc.push_back(o);
  if ((link.is_dynamic || opt.is_static) && (interp || link.is_pic()))
    add(PT_PHDR, PF_R, nullptr, nullptr, 8).includes_headers = true;
  if (OutputSection *o = out(interp))
    add(PT_INTERP, PF_R, o, o, 1);
  if (link.plan.scripted)
    add_loads_by_address(link, alloc);
  else
    add_loads(link, alloc);
  if (OutputSection *o = out(dynamic))
    add(PT_DYNAMIC, PF_R | (o->flags & kSecWrite ? u32(PF_W) : 0), o, o, 8);
  for (std::size_t i = 0; i < alloc.size(); ++i)
    if (alloc[i]->native_type == SHT_NOTE) {
      std::size_t k = i;
      while (k + 1 < alloc.size() && alloc[k + 1]->native_type == SHT_NOTE &&
             alloc[k + 1]->align == alloc[i]->align && alloc[k + 1]->flags == alloc[i]->flags)
        ++k;
      add(PT_NOTE, PF_R, alloc[i], alloc[k], alloc[i]->align);
      i = k;
    }
  if (OutputSection *o = out(property))
    add(PT_GNU_PROPERTY, PF_R, o, o, o->align);
  auto run = [&](u32 type, u32 flags, auto &&in) {
    OutputSection *first = nullptr, *last = nullptr;
    u64 align = 1;
    for (OutputSection *o : alloc)
      if (in(*o)) {
        first = first ? first : o;
        last = o;
        align = std::max(align, o->align);
      }
    if (first)
      add(type, flags, first, last, type == PT_GNU_RELRO ? 1 : align);
  };
  run(PT_TLS, PF_R, [](const OutputSection &o) { return bool(o.flags & kSecTls); });
  if (OutputSection *o = out(eh_frame_hdr))
    add(PT_GNU_EH_FRAME, PF_R, o, o, 4);
  bool exec_stack = opt.z_execstack;
  for (InputFile *f : link.objects)
    if (f != link.internal && static_cast<ElfObject *>(f)->needs_executable_stack) {
      exec_stack |= opt.z_execstack_if_needed;
      if (!exec_stack && opt.warn_execstack)
        link.diag.warn(f->display_name() +
                           " requires an executable stack, which the image does not have: its "
                           "nested functions will crash; -z execstack gives it one",
                       f->priority);
    }
  add(PT_GNU_STACK, PF_R | PF_W | (exec_stack ? u32(PF_X) : 0), nullptr, nullptr, 16);
  if (link.plan.scripted)
    add_scripted_relro(link, alloc);
  else
    run(PT_GNU_RELRO, PF_R, [](const OutputSection &o) { return o.relro; });
}

// PT_LOADs ascend (gABI), also where options or a script have given addresses that don't. Those of a script
// are told apart by where they are loaded, as with GNU ld.
static void sort_loads(Link &link) {
  auto is_load = [](const Segment &s) { return s.native_type == PT_LOAD; };
  std::vector<Segment> loads;
  std::copy_if(link.segments.begin(), link.segments.end(), std::back_inserter(loads), is_load);
  std::stable_sort(loads.begin(), loads.end(), [](const Segment &a, const Segment &b) {
    return a.lma != b.lma ? a.lma < b.lma : a.addr < b.addr;
  });
  auto next = loads.begin();
  for (Segment &s : link.segments)
    if (is_load(s))
      s = *next++;
}

// Addresses and sizes of the segments.
void ElfTarget::set_segments(Link &link) {
  u64 page = page_size(link);
  if (link.plan.scripted)
    set_scripted_base(link);
  for (Segment &s : link.segments) {
    if (s.native_type == PT_GNU_STACK) {
      s.mem_size = link.opt.z_stack_size.value_or(0);
      continue;
    }
    if (s.native_type == PT_PHDR) {
      s.offset = sizeof(Ehdr);
      s.addr = s.lma = link.image_base + s.offset;
      s.mem_size = s.file_size = link.segments.size() * sizeof(Phdr);
      continue;
    }
    if (!s.first) // a program header of a script that nothing was put into
      continue;
    u64 mem_end = s.first->addr, file_end = s.first->offset;
    bool tls = s.native_type == PT_TLS;
    for (u32 i = s.first->index - 1; i < s.last->index; ++i) {
      const OutputSection &o = *link.outputs[i];
      if (!(o.flags & kSecAlloc) || o.hollow || (o.flags & kSecTls && o.flags & kSecZeroFill && !tls))
        continue;
      mem_end = std::max(mem_end, o.end());
      if (!(o.flags & kSecZeroFill))
        file_end = std::max(file_end, o.offset + o.file_size);
    }
    s.addr = s.first->addr;
    s.offset = s.first->offset;
    bool headers = s.includes_headers && s.addr >= link.image_base && s.addr - link.image_base == s.offset;
    if (s.includes_headers && headers) {
      // A script can have the program headers in a segment and leave the file's header out.
      auto i = std::size_t(&s - link.segments.data());
      bool file_header = i >= link.plan.phdrs.size() || link.plan.phdrs[i].file_header;
      s.offset = file_header ? 0 : sizeof(Ehdr);
      s.addr = link.image_base + s.offset;
    }
    if (s.native_type == PT_GNU_RELRO || (s.native_type == PT_LOAD && s.last->relro))
      mem_end = align_up(mem_end, page);
    s.lma = s.addr + (s.first->lma - s.first->addr);
    if (link.plan.scripted && s.native_type == PT_GNU_RELRO)
      mem_end = link.plan.relro_end;
    s.mem_size = mem_end - s.addr;
    s.file_size = file_end > s.offset ? file_end - s.offset : 0;
    if (s.native_type == PT_GNU_RELRO)
      s.file_size = std::min(s.file_size, s.mem_size);
  }
  if (link.plan.phdrs.empty())
    sort_loads(link);
}

} // namespace gold::elf
