// What MachTarget does itself: the order in which tables are made, and where things are.
#include "writers/macho/target.h"

#include "support/hash.h"
#include "writers/macho/reloc.h"
#include "writers/macho/relocatable.h"

#include <algorithm>

namespace gold::macho {

namespace {

u16 section_flags(std::string_view name, u32 flags) {
  u32 f = kSecAlloc;
  if (!name.starts_with("__TEXT,") && !name.starts_with("__LINKEDIT,"))
    f |= kSecWrite;
  if (flags & (S_ATTR_PURE_INSTRUCTIONS | S_ATTR_SOME_INSTRUCTIONS))
    f |= kSecExec;
  return static_cast<u16>(f);
}

MachObject *object_of(const Section &s) {
  return s.file && s.file->kind == FileKind::Object && s.kind != SectionKind::Synthetic &&
                 s.name() != "COMMON"
             ? static_cast<MachObject *>(s.file)
             : nullptr;
}

// A section of a file, made of its contents as they are (-sectcreate).
class FileSection final : public MachSynthetic {
public:
  FileSection(MachTarget &t, std::string_view name, ByteView bytes)
      : MachSynthetic(t, name, S_REGULAR, 1), bytes_(bytes) {
    section.size = bytes.size();
    keep_empty = true;
  }
  void write(Link &, u8 *buf) override {
    if (!bytes_.empty())
      std::memcpy(buf, bytes_.data(), bytes_.size());
  }

private:
  ByteView bytes_;
};

} // namespace

MachSynthetic::MachSynthetic(MachTarget &t, std::string_view name, u32 flags, u64 align)
    : Synthetic(name, flags & SECTION_TYPE, flags & ~SECTION_TYPE, section_flags(name, flags), align),
      target_(t) {}

Target *make_macho_target(Link &link, Arch arch) {
  return new MachTarget(link, arch == Arch::AArch64 ? arm64_arch() : x86_64_arch());
}

MachTarget::MachTarget(Link &link, const MachArch &a) : mach_arch(a) {
  set_platform(link);
  if (link.is_relocatable())
    object = new ObjectWriter(link, *this);
}

std::string_view MachTarget::default_entry(const Link &link) {
  return link.is_shared() || link.is_relocatable() ? "" : "_main";
}

bool MachTarget::is_root(const Link &, const Section &s) {
  switch (s.native_type) {
  case S_MOD_INIT_FUNC_POINTERS:
  case S_MOD_TERM_FUNC_POINTERS:
  case S_INIT_FUNC_OFFSETS:
  case S_THREAD_LOCAL_INIT_FUNCTION_POINTERS:
  case S_INTERPOSING:
    return true;
  default:
    break;
  }
  std::string_view n = s.name();
  std::string_view sect = n.substr(n.find(',') + 1);
  // Lists that the Objective-C runtime walks.
  for (std::string_view root : {"__objc_classlist", "__objc_nlclslist", "__objc_catlist", "__objc_catlist2",
                                "__objc_nlcatlist", "__objc_protolist", "__objc_imageinfo"})
    if (sect == root)
      return true;
  return std::any_of(linker_symbols_.begin(), linker_symbols_.end(), [&](const LinkerSymbol &l) {
    return (l.kind == LinkerSymbol::SectionStart || l.kind == LinkerSymbol::SectionEnd) && l.place == n;
  });
}

void MachTarget::edges(Link &, const Section &s, EdgeBuffer &buf) {
  MachObject *o = object_of(s);
  if (!o)
    return;
  auto add = [&](Symbol *y, u64 offset, u32 type, i64 addend) {
    if (!y)
      return;
    buf.edges.push_back({y, static_cast<u32>(offset), type});
    if (buf.want_addends)
      buf.addends.push_back(addend);
  };
  auto add_ref = [&](const Ref &r, u64 offset, u32 type, i64 addend) {
    if (r.symbol)
      add(r.symbol, offset, type, addend);
    else
      add(o->stand_in(r.section->index), offset, type, addend + static_cast<i64>(r.offset));
  };
  try {
    if (s.kind == SectionKind::Regular)
      for_each_reloc(*o, s, mach_arch.info,
                     [&](const RelocationInfo &r, const RelocationInfo *subtrahend, i64 addend) {
                       u64 at = place_in(*o, s, r);
                       u32 type = r.type() | r.length() << 4 | (subtrahend ? 0x100u : 0u);
                       if (buf.want_calls && r.type() == mach_arch.info.branch)
                         type |= kEdgeCall;
                       if (subtrahend)
                         add_ref(ref_of(*o, s, *subtrahend), at, type | 0x200, 0);
                       add_ref(ref_of(*o, s, r), at, type, addend);
                     });
  } catch (const InputError &) {
    // the scan reports it
  }
  const u32 quiet = buf.want_calls ? kEdgeCall : 0; // no program compares these addresses
  for (u32 i = s.assoc_begin; i < s.assoc_begin + s.assoc_count; ++i) {
    const Unwind &u = o->unwinds[i];
    add(u.personality, u.offset, 0x1000 | quiet, 0);
    if (u.lsda_sub != kNone)
      add(o->stand_in(u.lsda_sub), u.offset, 0x1001 | quiet, u.lsda_offset);
  }
}

// Only unwind information says where the tables of exception handlers are.
bool MachTarget::is_foldable_data(const Section &s) {
  return s.name() == "__TEXT,__gcc_except_tab";
}

// How functions are unwound. One with a record of __eh_frame is equal to no other.
u64 MachTarget::fold_key(const Link &, const Section &s) {
  u64 h = 0;
  MachObject *o = s.assoc_count ? object_of(s) : nullptr;
  for (u32 i = 0; o && i < s.assoc_count; ++i) {
    const Unwind &u = o->unwinds[s.assoc_begin + i];
    h = hash_combine(hash_combine(h, u64(u.offset) << 32 | u.length), u.encoding);
    if (u.fde != kNone)
      h = hash_combine(h, reinterpret_cast<u64>(&u));
  }
  return h;
}

void MachTarget::scan(Link &link, Section &s) {
  MachObject *o = object_of(s);
  if (!o || object)
    return;
  try {
    mach_arch.scan(link, *this, *o, s);
  } catch (const InputError &e) {
    link.diag.error(o->display_name() + ":(" + std::string(s.name()) + "): " + e.what(), o->priority,
                    s.index);
  }
}

void MachTarget::relocate(Link &link, Section &s, u8 *buf) {
  MachObject *o = object_of(s);
  if (!o)
    return;
  try {
    if (object)
      object->relocate(s, buf);
    else
      mach_arch.relocate(link, *this, *o, s, buf);
  } catch (const InputError &e) {
    link.diag.error(o->display_name() + ":(" + std::string(s.name()) + "): " + e.what(), o->priority,
                    s.index);
  }
}

void MachTarget::branches(Link &, const Section &s, std::vector<Branch> &out) {
  if (MachObject *o = object_of(s))
    mach_arch.branches(*this, *o, s, out);
}

u64 MachTarget::destination(Link &link, const Symbol &s) {
  return binds(s) ? stub_address(link, s) : address_of(s);
}

u64 MachTarget::address_of(const Section *s, u64 offset) const {
  if (s->leader)
    s = s->leader;
  if (s->kind == SectionKind::Merge)
    return merged_address(*s, offset);
  return s->output ? s->address() + offset : 0;
}

u64 MachTarget::address_of(const Symbol &s) const {
  if ((addresses_final && !(s.flags & kSymSection)) || !s.section)
    return s.value;
  return address_of(s.section, s.value);
}

u64 MachTarget::got_address(Link &link, const Symbol &s) const {
  u32 slot = s.aux ? link.aux[s.aux].got : 0;
  return slot ? got->section.address() + u64(slot - 1) * 8 : 0;
}
u64 MachTarget::stub_address(Link &link, const Symbol &s) const {
  u32 entry = s.aux ? link.aux[s.aux].plt : 0;
  return entry ? stubs->section.address() + u64(entry - 1) * mach_arch.info.stub_size : 0;
}
u64 MachTarget::thread_ptr_address(Link &link, const Symbol &s) const {
  u32 slot = s.aux ? link.aux[s.aux].tls_ie : 0;
  return slot ? thread_ptrs->section.address() + u64(slot - 1) * 8 : 0;
}

void PointerSection::write(Link &link, u8 *buf) {
  u64 address = section.address(), next = section.dyn_index;
  for (std::size_t i = slots.size(); i-- > 0;) {
    u64 at = address + i * 8;
    if (!target_.binds(*slots[i]) && slots[i]->is_absolute()) {
      store<u64>(buf + i * 8, target_.address_of(*slots[i]));
      continue;
    }
    target_.write_pointer(link, buf + i * 8, at, {slots[i]}, 0, next);
    next = at;
  }
}

void StubsSection::write(Link &link, u8 *buf) {
  u64 address = section.address(), size = target_.mach_arch.info.stub_size;
  for (std::size_t i = 0; i < entries.size(); ++i)
    target_.mach_arch.write_stub(buf + i * size, address + i * size, target_.got_address(link, *entries[i]));
}

// The tables for which relocations and unwind information ask.
void MachTarget::collect_needs(Link &link) {
  got = link.synthesize<PointerSection>(*this, "__DATA_CONST,__got", S_NON_LAZY_SYMBOL_POINTERS, 8);
  thread_ptrs =
      link.synthesize<PointerSection>(*this, "__DATA,__thread_ptrs", S_THREAD_LOCAL_VARIABLE_POINTERS, 8);
  stubs = link.synthesize<StubsSection>(*this, "__TEXT,__stubs",
                                        S_SYMBOL_STUBS | S_ATTR_PURE_INSTRUCTIONS | S_ATTR_SOME_INSTRUCTIONS,
                                        mach_arch.info.stub_align);
  std::vector<InputFile *> files = link.objects;
  files.insert(files.end(), link.shareds.begin(), link.shareds.end());
  std::vector<std::vector<Symbol *>> found(files.size());
  parallel_for(files.size(), 8, [&](std::size_t i) {
    InputFile *f = files[i];
    for (std::size_t k = 0; k < f->symbols.size(); ++k)
      if (Symbol *s = f->symbols[k]; s && s->needs.load(std::memory_order_relaxed) && s->file == f &&
                                     (s->native == k || f == link.internal))
        found[i].push_back(s);
  });
  auto add = [&](Symbol *s) {
    u16 needs = s->needs.load(std::memory_order_relaxed);
    SymbolAux &a = link.aux_of(*s);
    if (needs & kNeedsPlt && !a.plt) {
      stubs->entries.push_back(s);
      a.plt = static_cast<u32>(stubs->entries.size());
    }
    if (needs & (kNeedsPlt | kNeedsGot) && !a.got) {
      got->add(*s);
      a.got = static_cast<u32>(got->slots.size());
    }
    if (needs & kNeedsTlsIe && !a.tls_ie) {
      thread_ptrs->add(*s);
      a.tls_ie = static_cast<u32>(thread_ptrs->slots.size());
    }
    if (binds(*s) && !a.dynsym) {
      imports.push_back(s);
      a.dynsym = static_cast<u32>(imports.size());
    }
  };
  bool outline = false;
  for (const LinkerSymbol &l : linker_symbols_)
    if (l.symbol->needs.load(std::memory_order_relaxed))
      add(l.symbol);
  for (auto &v : found)
    for (Symbol *s : v) {
      add(s);
      outline |= chained && s->needs & kNeedsCopy;
    }
  stubs->section.size = stubs->entries.size() * mach_arch.info.stub_size;
  got->section.dyn_relocs = static_cast<u32>(got->slots.size());
  thread_ptrs->section.dyn_relocs = static_cast<u32>(thread_ptrs->slots.size());
  if (!outline)
    return;
  std::vector<std::vector<OutlineImport>> addends(link.objects.size());
  parallel_for(link.objects.size(), 8, [&](std::size_t i) {
    for (Section *s : link.objects[i]->sections)
      if (s && s->is_live() && s->dyn_relocs) {
        auto &o = static_cast<MachObject &>(*s->file);
        for_each_reloc(o, *s, mach_arch.info, [&](const RelocationInfo &r, const RelocationInfo *sub, i64) {
          if (r.type() != 0 || sub || !r.is_extern() || !binds(*o.symbols[r.symbolnum()]))
            return;
          i64 addend = load<i64>(s->data + place_in(o, *s, r));
          if (addend < 0 || addend > 255)
            addends[i].push_back({o.symbols[r.symbolnum()], addend});
        });
      }
  });
  for (auto &v : addends)
    for (auto &a : v)
      if (std::find(outline_imports.begin(), outline_imports.end(), a) == outline_imports.end())
        outline_imports.push_back(a);
}

void MachTarget::make_created_sections(Link &link) {
  for (auto &[name, path] : link.opt.section_creates) {
    ByteView bytes;
    if (!path.empty()) {
      std::string why;
      const MappedFile *m = map_file(path, &why);
      if (!m) {
        link.diag.error("cannot open " + path + ": " + why);
        continue;
      }
      bytes = m->bytes;
    }
    if (name.find(',') > 16 || name.size() - name.find(',') > 17) {
      link.diag.error("-sectcreate " + name + ": names of segments and sections have 16 characters at most");
      continue;
    }
    link.synthesize<FileSection>(*this, Arena::copy(name), bytes);
  }
}

void MachTarget::make_unwind(Link &link) {
  std::atomic<bool> any{false}, dwarf{false};
  parallel_for_each(
      link.objects,
      [&](InputFile *f) {
        if (f == link.internal)
          return;
        auto &o = static_cast<MachObject &>(*f);
        for (const Unwind &u : o.unwinds) {
          const Section &s = o.subs[u.sub];
          if (!s.is_live() || s.leader)
            continue;
          any = true;
          if (u.fde != kNone)
            dwarf = true;
          if (u.personality)
            u.personality->need(kNeedsGot);
        }
      },
      16);
  if (!any)
    return;
  unwind_info = link.synthesize<UnwindInfoSection>(*this, "__TEXT,__unwind_info", S_REGULAR, 4);
  if (dwarf)
    eh_frame = link.synthesize<EhFrameSection>(
        *this, "__TEXT,__eh_frame",
        S_COALESCED | S_ATTR_NO_TOC | S_ATTR_STRIP_STATIC_SYMS | S_ATTR_LIVE_SUPPORT, 8);
}

void MachTarget::make_linkedit(Link &link) {
  const Options &opt = link.opt;
  if (chained) {
    chained_fixups = link.synthesize<ChainedFixupsSection>(*this, "__LINKEDIT,__chain_fixups", 0, 8);
    chained_fixups->keep_empty = true;
  } else {
    auto stream = [&](std::string_view name, OpcodesSection::Kind kind) {
      auto *s = link.synthesize<OpcodesSection>(*this, name, 0, 8);
      s->kind = kind;
      s->keep_empty = true;
      return s;
    };
    rebase = stream("__LINKEDIT,__rebase", OpcodesSection::Rebase);
    bind = stream("__LINKEDIT,__binding", OpcodesSection::Bind);
    weak_bind = stream("__LINKEDIT,__weak_binding", OpcodesSection::WeakBind);
  }
  exports = link.synthesize<ExportTrieSection>(*this, "__LINKEDIT,__export", 0, 8);
  exports->keep_empty = true;
  exports->collect(link);
  if (opt.function_starts) {
    function_starts = link.synthesize<FunctionStartsSection>(*this, "__LINKEDIT,__func_starts", 0, 8);
    function_starts->keep_empty = true;
  }
  if (opt.data_in_code) {
    data_in_code = link.synthesize<DataInCodeSection>(*this, "__LINKEDIT,__data_in_code", 0, 8);
    data_in_code->keep_empty = true;
  }
  symtab = link.synthesize<SymtabSection>(*this, "__LINKEDIT,__symbol_table", 0, 8);
  indirect = link.synthesize<IndirectSymbolsSection>(*this, "__LINKEDIT,__ind_sym_tab", 0, 8);
  strtab = link.synthesize<StrtabSection>(*this, "__LINKEDIT,__string_table", 0, 8);
  symtab->keep_empty = strtab->keep_empty = true;
  symtab->strtab = strtab;
  strtab->symtab = symtab;
  symtab->plan(link);
  u32 n = 0;
  stubs->first_indirect = n;
  n += static_cast<u32>(stubs->entries.size());
  got->first_indirect = n;
  n += static_cast<u32>(got->slots.size());
  thread_ptrs->first_indirect = n;
  n += static_cast<u32>(thread_ptrs->slots.size());
  indirect->section.size = align_up(n * 4, 8);
  if (signs(link)) {
    signature = link.synthesize<CodeSignatureSection>(*this, "__LINKEDIT,__code_signature", 0, 16);
    signature->keep_empty = true;
  }
}

// The copy that a lost weak definition stands for may have been folded into another function.
void MachTarget::follow_folded(Link &link) {
  if (link.opt.icf == IcfMode::None)
    return;
  parallel_for_each(
      link.objects,
      [&](InputFile *f) {
        if (f != link.internal)
          for (auto &[sub, symbol] : static_cast<MachObject *>(f)->coalesced)
            if (Section *&to = static_cast<MachObject *>(f)->subs[sub].leader; to && to->leader)
              to = to->leader;
      },
      16);
}

void MachTarget::synthesize(Link &link) {
  follow_folded(link);
  make_created_sections(link);
  if (object) {
    object->make(link);
    if (link.opt.data_in_code) {
      data_in_code = link.synthesize<DataInCodeSection>(*this, "__LINKEDIT,__data_in_code", 0, 8);
      data_in_code->keep_empty = true;
    }
    return;
  }
  make_unwind(link);
  collect_needs(link);
  if (eh_frame)
    eh_frame->plan(link);
  number_dylibs(link);
  make_linkedit(link);
}

void MachTarget::fill(const OutputSection &o, u8 *buf, u64 n) {
  if (o.flags & kSecExec && arch() == Arch::X86_64) {
    std::memset(buf, 0x90, n);
    return;
  }
  std::memset(buf, 0, n);
  if (o.flags & kSecExec)
    for (u64 i = n & 3; i + 4 <= n; i += 4)
      store<u32>(buf + i, 0xd503201f); // nop
}

void MachTarget::finalize(Link &link) {
  if (object)
    return object->finish();
  addresses_final = true;
  for (const OutputSection *o : link.outputs)
    if (o->native_type == S_THREAD_LOCAL_REGULAR || o->native_type == S_THREAD_LOCAL_ZEROFILL) {
      tls_begin = o->addr;
      break;
    }
  set_segments(link);
  set_linker_symbols(link);
  if (link.diag.has_errors())
    return;
  if (chained)
    chain_fixups(link);
  if (unwind_info)
    unwind_info->finish(link);
}

} // namespace gold::macho
