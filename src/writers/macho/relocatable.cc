// -r: the output is an object again (<mach-o/loader.h>, <mach-o/reloc.h>, <mach-o/nlist.h>).
//
// Sections of one name are joined, subsection by subsection; weak definitions that lost are left out. Nothing
// is resolved: relocations are copied with new places. One that names a symbol names its new index; one that
// names a section holds an address in its contents, which becomes that of the output. Where a subsection
// begins without a symbol a label is put, so that whoever links the object cuts it at the same places.
// Functions' compact unwind entries are written anew, and so are the records of __eh_frame that some
// functions need. Debug information is left out: it stays in the inputs.
//
// Addresses count from 0, section by section; they are given when the shared passes have placed all members.
#include "writers/macho/relocatable.h"

#include "writers/macho/reloc.h"

#include <algorithm>

namespace gold::macho {

namespace {

template <class T> void append(std::vector<u8> &v, const T &t) {
  v.insert(v.end(), reinterpret_cast<const u8 *>(&t), reinterpret_cast<const u8 *>(&t + 1));
}

RelocationInfo make_reloc(u64 at, u32 symbol, bool pcrel, u32 length, bool external, u32 type) {
  RelocationInfo r;
  r.r_address = static_cast<i32>(at);
  r.word = (symbol & 0xffffff) | u32(pcrel) << 24 | length << 25 | u32(external) << 27 | type << 28;
  return r;
}

const Section &home(const Section &s) {
  return s.leader ? *s.leader : s;
}

// Where it is in the output. Throws InputError for what is not there.
const OutputSection &out_of(const Section *s) {
  const OutputSection *o = s ? home(*s).output : nullptr;
  if (!o)
    throw InputError("it refers to a part that is not in the output");
  return *o;
}

bool is_literal(u32 type) {
  return type == S_CSTRING_LITERALS || type == S_4BYTE_LITERALS || type == S_8BYTE_LITERALS ||
         type == S_16BYTE_LITERALS;
}

} // namespace

// The place in the object of something that finalize_symbols has given its offset in the output section.
u64 ObjectWriter::value_of(const Symbol &s) const {
  return s.section ? s.value + out_of(s.section).addr : s.value;
}

u32 ObjectWriter::index_of(const MachObject &o, u32 native) const {
  return indices_[o.priority][native];
}

void ObjectWriter::add(std::vector<Entry> &list, const Nlist &n, const Symbol *s, std::string_view name) {
  list.push_back({name, s, s->section, n.n_type, n.n_desc});
}

// Local symbols of a file, and a label for each subsection that has none.
void ObjectWriter::collect_locals(Link &link, MachObject &o) {
  std::vector<bool> named(o.subs.size());
  for (u32 k = 0; k < o.nlists.size(); ++k) {
    const Symbol *s = o.symbols[k];
    const Nlist &n = o.nlists[k];
    if (!s || n.is_stab() || s->file != &o || s->native != k)
      continue;
    if (s->section && s->section->file == &o && s->value == 0)
      named[s->section->index] = true;
    // A private definition is private to what is one image from now on; a weak one still has to meet its
    // like.
    bool local = !n.is_external() || (n.is_private_external() && !(n.n_desc & N_WEAK_DEF) &&
                                      n.type() != N_UNDF && !link.opt.keep_private_externs);
    if (!local || (n.type() == N_SECT && !(s->section && s->section->is_live()))) // not carried on
      continue;
    if (!s->name_size)
      continue;
    indices_[o.priority][k] = static_cast<u32>(symbols_.size()) + 1;
    add(symbols_, n, s, s->name());
    symbols_.back().type &= static_cast<u8>(~N_EXT);
  }
  if (!(o.flags & MH_SUBSECTIONS_VIA_SYMBOLS))
    return;
  for (const Section *s : o.sections)
    if (s && s->is_live() && s->size && !named[s->index] && !is_literal(s->native_type)) {
      std::string_view label = Arena::copy("l_part" + std::to_string(labels_++));
      symbols_.push_back({label, nullptr, s, N_SECT, 0});
    }
}

void ObjectWriter::collect(Link &link) {
  indices_.resize(link.files.size());
  subsections_ = true;
  std::vector<Entry> defined, undefined;
  for (InputFile *f : link.objects) {
    if (f == link.internal)
      continue;
    auto &o = static_cast<MachObject &>(*f);
    indices_[o.priority].resize(o.nlists.size());
    bool empty = std::all_of(o.subs.begin(), o.subs.end(), [](const Section &x) { return x.size == 0; });
    subsections_ &= empty || o.flags & MH_SUBSECTIONS_VIA_SYMBOLS;
    collect_locals(link, o);
    for (u32 k = 0; k < o.nlists.size(); ++k) {
      Symbol *s = o.symbols[k];
      const Nlist &n = o.nlists[k];
      if (!s || n.is_stab() || !n.is_external())
        continue;
      SymbolAux &aux = link.aux_of(*s);
      if (MachObject::is_common(n)) { // the largest size and alignment of all
        aux.copy_offset = std::max<u64>(aux.copy_offset, n.n_value);
        aux.got = std::max<u32>(aux.got, n.n_desc >> 8 & 0xf);
      }
      if (s->is_undefined() || s->is_shared()) {
        if (aux.dynsym++ == 0)
          undefined.push_back({s->name(), s, nullptr, N_UNDF | N_EXT,
                               static_cast<u16>(s->marked(kMarkNonWeakRef) ? 0 : N_WEAK_REF)});
      } else if (s->file == &o && s->native == k && !indices_[o.priority][k] &&
                 (n.type() != N_SECT || s->section)) {
        add(defined, n, s, s->name());
      }
    }
  }
  auto by_name = [](const Entry &a, const Entry &b) { return a.name < b.name; };
  std::stable_sort(defined.begin(), defined.end(), by_name);
  std::stable_sort(undefined.begin(), undefined.end(), by_name);
  local_count = static_cast<u32>(symbols_.size());
  defined_count = static_cast<u32>(defined.size());
  undefined_count = static_cast<u32>(undefined.size());
  symbols_.insert(symbols_.end(), defined.begin(), defined.end());
  symbols_.insert(symbols_.end(), undefined.begin(), undefined.end());
  for (u32 i = local_count; i < symbols_.size(); ++i)
    link.aux_of(*const_cast<Symbol *>(symbols_[i].symbol)).symtab = i + 1;
  for (InputFile *f : link.objects) {
    if (f == link.internal)
      continue;
    auto &o = static_cast<MachObject &>(*f);
    for (u32 k = 0; k < o.nlists.size(); ++k)
      if (Symbol *s = o.symbols[k]; s && !o.nlists[k].is_stab()) {
        u32 &index = indices_[o.priority][k];
        if (!index && o.nlists[k].is_external()) // of a private one the file that defines it knows the index
          index = s->aux && link.aux[s->aux].symtab ? link.aux[s->aux].symtab
                  : s->file && s->file != &o && s->file->kind == FileKind::Object
                      ? indices_[s->file->priority][s->native]
                      : 0;
      }
    // Names inside of a copy that lost: those at its start mean the one that won.
    for (auto &[sub, symbol] : o.coalesced)
      for (u32 k = 0; k < o.nlists.size(); ++k)
        if (Symbol *s = o.symbols[k]; s && s->section == &o.subs[sub] && s->value == 0 && s->file == &o)
          indices_[o.priority][k] = indices_[o.priority][symbol];
  }
}

void ObjectWriter::make(Link &link) {
  const Options &opt = link.opt;
  auto refuse = [&](bool given, const char *what) {
    if (given)
      link.diag.error(std::string(what) + " is not supported yet with -r");
  };
  refuse(opt.discard == DiscardMode::All, "-x");
  refuse(opt.strip == StripMode::All, "-s");
  refuse(opt.gc_sections, "-dead_strip");
  refuse(!opt.aliases.empty(), "-alias");
  refuse(!opt.exported_symbols.empty() || !opt.exported_symbols_files.empty() ||
             !opt.unexported_symbols.empty() || !opt.unexported_symbols_files.empty() ||
             !opt.reexported_symbols_files.empty() || opt.no_exported_symbols,
         "a list of exports");
  collect(link);
  u64 strings = 1;
  for (const Entry &e : symbols_)
    strings += e.name.size() + 1;
  for (InputFile *f : link.objects) {
    if (f == link.internal)
      continue;
    for (Section *s : f->sections)
      if (s && s->is_live() && s->size)
        reloc_count_ += s->num_relocs;
    for (const Unwind &u : static_cast<MachObject *>(f)->unwinds)
      if (static_cast<MachObject *>(f)->subs[u.sub].is_live()) {
        ++unwind_count_;
        reloc_count_ += 1u + (u.personality && u.fde == kNone) + (u.lsda_sub != kNone && u.fde == kNone);
        dwarf_ |= u.fde != kNone;
      }
  }
  auto table = [&](std::string_view name, u64 size) {
    auto *s = link.synthesize<BytesSection>(target_, name, 0, 8);
    s->keep_empty = true;
    s->section.size = size;
    return s;
  };
  if (unwind_count_) {
    unwind_ = link.synthesize<BytesSection>(target_, "__LD,__compact_unwind", S_ATTR_DEBUG, 8);
    unwind_->section.size = unwind_count_ * sizeof(CompactUnwindEntry);
  }
  if (dwarf_) {
    target_.eh_frame = link.synthesize<EhFrameSection>(
        target_, "__TEXT,__eh_frame",
        S_COALESCED | S_ATTR_NO_TOC | S_ATTR_STRIP_STATIC_SYMS | S_ATTR_LIVE_SUPPORT, 8);
    target_.eh_frame->plan(link);
    reloc_count_ += target_.eh_frame->personalities().size();
  }
  relocs_ = table("__LINKEDIT,__relocations", reloc_count_ * sizeof(RelocationInfo));
  symtab_ = table("__LINKEDIT,__symbol_table", symbols_.size() * sizeof(Nlist));
  strtab_ = table("__LINKEDIT,__string_table", align_up(strings, 8));
}

void ObjectWriter::write_symbols() {
  std::vector<u8> names(1);
  for (const Entry &e : symbols_) {
    Nlist n;
    std::memset(&n, 0, sizeof n);
    n.n_strx = static_cast<u32>(names.size());
    names.insert(names.end(), e.name.begin(), e.name.end());
    names.push_back(0);
    n.n_type = e.type;
    n.n_desc = e.desc;
    if (e.symbol && e.symbol->flags & kSymCommon) {
      const SymbolAux &aux = link_.aux[e.symbol->aux];
      n.n_type = static_cast<u8>(N_UNDF | N_EXT | (e.type & N_PEXT));
      n.n_value = aux.copy_offset;
      n.n_desc = static_cast<u16>((e.desc & 0xf0ff) | aux.got << 8);
    } else if (e.section) {
      const OutputSection &out = out_of(e.section);
      n.n_sect = static_cast<u8>(out.index);
      n.n_value = e.symbol ? value_of(*e.symbol) : e.section->address();
    } else if (e.symbol && e.symbol->is_absolute()) {
      n.n_value = e.symbol->value;
    }
    append(symtab_->bytes, n);
  }
  strtab_->bytes = std::move(names);
}

// The records of one member, for the place at which it stands in the output section.
void ObjectWriter::copy_relocs(const Section &s) {
  auto &o = static_cast<MachObject &>(*s.file);
  u64 move = s.offset - o.sub_offset[s.index];
  const ArchInfo &info = target_.mach_arch.info;
  for (const RelocationInfo &in : o.relocs(s)) {
    u32 symbol = in.symbolnum();
    if (in.type() != info.addend) {
      if (in.is_extern()) {
        symbol = symbol < o.nlists.size() ? index_of(o, symbol) : 0;
        if (!symbol)
          throw InputError("relocation names symbol " + std::to_string(in.symbolnum()) +
                           ", which is not in the output");
        --symbol;
      } else {
        symbol = target_.ref_of(o, s, in).section->index;
        symbol = out_of(&o.subs[symbol]).index;
      }
    }
    append(relocs_->bytes, make_reloc(static_cast<u64>(i64(in.r_address)) + move, symbol, in.pcrel(),
                                      in.length(), in.is_extern(), in.type()));
  }
}

void ObjectWriter::write_unwind() {
  std::vector<RelocationInfo> relocs;
  for (InputFile *f : link_.objects) {
    if (f == link_.internal)
      continue;
    auto &o = static_cast<MachObject &>(*f);
    for (const Unwind &u : o.unwinds) {
      const Section &s = o.subs[u.sub];
      if (!s.is_live())
        continue;
      u64 at = unwind_->bytes.size();
      CompactUnwindEntry e;
      std::memset(&e, 0, sizeof e);
      e.function = s.address() + u.offset;
      e.length = u.length;
      e.encoding = u.encoding;
      relocs.push_back(make_reloc(at, s.output->index, false, 3, false, 0));
      if (u.fde == kNone && u.personality) {
        const Symbol &p = *u.personality;
        u32 index = p.file && p.file->kind == FileKind::Object && p.native != kNone
                        ? index_of(static_cast<const MachObject &>(*p.file), p.native)
                    : p.aux ? link_.aux[p.aux].symtab
                            : 0;
        if (index) {
          relocs.push_back(make_reloc(at + 16, index - 1, false, 3, true, 0));
        } else {
          out_of(p.section);
          e.personality = home(*p.section).address() + (p.flags & kSymSection ? p.value : 0);
          relocs.push_back(make_reloc(at + 16, out_of(p.section).index, false, 3, false, 0));
        }
      }
      if (u.fde == kNone && u.lsda_sub != kNone) {
        const Section &l = home(o.subs[u.lsda_sub]);
        e.encoding = e.encoding | UNWIND_HAS_LSDA;
        e.lsda = l.address() + u.lsda_offset;
        relocs.push_back(make_reloc(at + 24, out_of(&l).index, false, 3, false, 0));
      }
      append(unwind_->bytes, e);
    }
  }
  for (std::size_t i = relocs.size(); i-- > 0;) // by descending address
    append(relocs_->bytes, relocs[i]);
}

// Only pointers to personalities need relocations there: all else is a distance within the object.
void ObjectWriter::write_eh_frame_relocs() {
  const auto &list = target_.eh_frame->personalities();
  u32 type = target_.arch() == Arch::AArch64 ? u32(ARM64_RELOC_POINTER_TO_GOT) : u32(X86_64_RELOC_GOT);
  for (std::size_t i = list.size(); i-- > 0;) {
    const Symbol &p = *list[i].symbol;
    u32 index = p.aux && link_.aux[p.aux].symtab ? link_.aux[p.aux].symtab
                : p.file && p.file->kind == FileKind::Object && p.native != kNone
                    ? index_of(static_cast<const MachObject &>(*p.file), p.native)
                    : 0;
    if (!index)
      throw InputError("personality of a record in __eh_frame has no symbol");
    append(relocs_->bytes, make_reloc(list[i].at, index - 1, true, 2, true, type));
  }
}

void ObjectWriter::finish() {
  u64 addr = 0;
  for (OutputSection *o : link_.outputs)
    if (o->index) {
      o->addr = addr = align_up(addr, o->align);
      addr += o->size;
    }
  size_ = addr;
  try {
    write_symbols();
  } catch (const InputError &e) {
    link_.diag.error(std::string("symbol table: ") + e.what());
  }
  first_reloc_.assign(link_.outputs.size() + 1, 0);
  for (OutputSection *o : link_.outputs) {
    if (!o->index)
      continue;
    first_reloc_[o->index - 1] = static_cast<u32>(relocs_->bytes.size() / sizeof(RelocationInfo));
    for (std::size_t i = o->members.size(); i-- > 0;) {
      const Section &s = *o->members[i];
      try {
        if (unwind_ && &s == &unwind_->section)
          write_unwind();
        else if (target_.eh_frame && &s == &target_.eh_frame->section)
          write_eh_frame_relocs();
        else if (s.kind == SectionKind::Regular && s.num_relocs)
          copy_relocs(s);
      } catch (const InputError &e) {
        link_.diag.error((s.file ? s.file->display_name() : std::string()) + ":(" + std::string(s.name()) +
                             "): " + e.what(),
                         s.file ? s.file->priority : 0, s.index);
      }
    }
    first_reloc_[o->index] = static_cast<u32>(relocs_->bytes.size() / sizeof(RelocationInfo));
  }
}

// Contents that hold addresses in the object hold those of the output.
void ObjectWriter::relocate(const Section &s, u8 *buf) const {
  auto &o = static_cast<MachObject &>(*s.file);
  for_each_reloc(o, s, target_.mach_arch.info, [&](const RelocationInfo &r, const RelocationInfo *, i64) {
    if (r.is_extern())
      return;
    u64 at = place_in(o, s, r);
    Ref ref = target_.ref_of(o, s, r);
    u64 old = o.sub_address(ref.section->index) + ref.offset;
    u64 now = home(*ref.section).address() + ref.offset;
    if (r.pcrel()) // the place has moved, too
      now -= s.address() - o.sub_address(s.index);
    u64 v = load_bytes(buf + at, r.length()) + now - old;
    std::memcpy(buf + at, &v, u64(1) << r.length());
  });
}

void ObjectWriter::append_commands(std::vector<u8> &v) const {
  std::size_t begin = v.size();
  SegmentCommand c;
  std::memset(&c, 0, sizeof c);
  append(v, c);
  u64 file_begin = ~u64(0), file_end = 0;
  u32 n = 0;
  for (const OutputSection *o : link_.outputs) {
    if (!o->index)
      continue;
    ++n;
    SectionHeader h;
    std::memset(&h, 0, sizeof h);
    std::size_t comma = o->name.find(',');
    h.segname.set(o->name.substr(0, comma));
    h.sectname.set(o->name.substr(comma + 1));
    h.addr = o->addr;
    h.size = o->size;
    h.align = static_cast<u32>(std::countr_zero(o->align));
    h.flags = o->native_type | static_cast<u32>(o->native_flags);
    if (!(o->flags & kSecZeroFill)) {
      h.offset = static_cast<u32>(o->offset);
      file_begin = std::min(file_begin, o->offset);
      file_end = std::max(file_end, o->offset + o->size);
    }
    if (!first_reloc_.empty()) {
      h.nreloc = first_reloc_[o->index] - first_reloc_[o->index - 1];
      if (h.nreloc)
        h.reloff = static_cast<u32>(relocs_->section.output->offset + relocs_->section.offset +
                                    first_reloc_[o->index - 1] * sizeof(RelocationInfo));
    }
    append(v, h);
  }
  auto &seg = *reinterpret_cast<SegmentCommand *>(v.data() + begin);
  seg.cmd = LC_SEGMENT_64;
  seg.cmdsize = static_cast<u32>(v.size() - begin);
  seg.vmsize = size_;
  seg.fileoff = file_end ? file_begin : 0;
  seg.filesize = file_end ? file_end - file_begin : 0;
  seg.maxprot = seg.initprot = VM_PROT_READ | VM_PROT_WRITE | VM_PROT_EXECUTE;
  seg.nsects = n;
  SymtabCommand st;
  std::memset(&st, 0, sizeof st);
  st.cmd = LC_SYMTAB;
  st.cmdsize = sizeof st;
  auto at = [](const MachSynthetic *s) {
    return static_cast<u32>(s->section.output ? s->section.output->offset + s->section.offset : 0);
  };
  st.symoff = at(symtab_);
  st.nsyms = static_cast<u32>(symbols_.size());
  st.stroff = at(strtab_);
  st.strsize = static_cast<u32>(strtab_->section.size);
  append(v, st);
  DysymtabCommand d;
  std::memset(&d, 0, sizeof d);
  d.cmd = LC_DYSYMTAB;
  d.cmdsize = sizeof d;
  d.nlocalsym = local_count;
  d.iextdefsym = local_count;
  d.nextdefsym = defined_count;
  d.iundefsym = local_count + defined_count;
  d.nundefsym = undefined_count;
  append(v, d);
  std::vector<std::string_view> seen;
  for (InputFile *f : link_.objects) { // the libraries for which objects ask
    if (f == link_.internal)
      continue;
    for (std::string_view words : static_cast<MachObject *>(f)->linker_options) {
      if (std::find(seen.begin(), seen.end(), words) != seen.end())
        continue;
      seen.push_back(words);
      std::size_t start = v.size();
      LinkerOptionCommand l;
      l.cmd = LC_LINKER_OPTION;
      l.count = static_cast<u32>(std::count(words.begin(), words.end(), '\0') + 1);
      append(v, l);
      v.insert(v.end(), words.begin(), words.end());
      v.resize(start + align_up(v.size() + 1 - start, 8));
      reinterpret_cast<LoadCommand *>(v.data() + start)->cmdsize = static_cast<u32>(v.size() - start);
    }
  }
}

} // namespace gold::macho
