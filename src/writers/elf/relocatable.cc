// -r: the output is an object again (gABI 4.3, "Relocation", "Section Groups"); and --emit-relocs: an
// image that keeps the relocations from which it was made, for tools that rearrange it (BOLT).
//
// Sections of one name are joined; members of groups and sections ordered by others stay by
// themselves. Nothing is resolved: relocations are copied with new places, and refer to the output's
// symbol table. References to section symbols move to the output section's symbol, with the input
// section's offset added to their addend.
//
// In an image places are addresses, and addends count from where symbols have gone. Types stay what they
// were, also where an instruction has been rewritten, as with lld.
//
// A small synthesized section carries the relocations of one input section; all those of one output
// section come together by their name, in the same order as the sections themselves.
#include "formats/elf/x86_64.h"
#include "writers/elf/target.h"

#include <algorithm>

namespace gold::elf {

// New indices of symbols: by file and index in the file's table. 0: not in the output.
u32 ElfTarget::symbol_index(const Symbol &s) const {
  if (!s.file || s.file->priority >= symbol_indices.size())
    return 0;
  if (s.file->kind == FileKind::Internal) { // these have no index of their own
    auto it = internal_indices.find(&s);
    return it == internal_indices.end() ? 0 : it->second;
  }
  auto &v = symbol_indices[s.file->priority];
  return s.native < v.size() ? v[s.native] : 0;
}

namespace {

// A table of relocations of one section of the output.
class RelocTable : public ElfSynthetic {
public:
  using ElfSynthetic::ElfSynthetic;
  virtual const OutputSection *relocated() const = 0;

protected:
  // The record as it is in the output, at its new place. `of` is the section that it stands for.
  Rela moved(Link &, const ElfObject &, const Section &of, const Rela &in, u64 place) const;

private:
  u64 merged_target(const Section &of, const Section &, const Symbol &, const Rela &) const;
  void redirect(Link &, const Section &of, const Symbol &, Rela &) const;
};

// Where a reference by way of a section's symbol into mergeable data has gone. In an x86-64
// instruction the addend of a PC-relative field is 4 less than the offset of what it means.
u64 RelocTable::merged_target(const Section &of, const Section &sec, const Symbol &s, const Rela &r) const {
  bool x86 = target_.elf_arch.info.machine == EM_X86_64;
  u64 bias = x86 && of.flags & kSecExec && r.r_type == R_X86_64_PC32 ? 4 : 0;
  return merged_address(sec, s.value + u64(i64(r.r_addend)) + bias) - bias;
}

// As -r does it, but to a symbol of the image.
void RelocTable::redirect(Link &link, const Section &of, const Symbol &s, Rela &r) const {
  const Section *sec = s.section;
  if (sec && sec->leader)
    sec = sec->leader;
  if (!sec || !sec->is_live()) { // not in the image, or absolute
    if (!s.is_absolute())
      r.r_type = target_.elf_arch.info.r_none;
    r.r_addend = i64(s.is_absolute() ? u64(i64(r.r_addend)) + s.value : 0);
    return;
  }
  u64 value = s.value + u64(i64(r.r_addend));
  const OutputSection *to = sec->output;
  if (sec->kind == SectionKind::Merge) {
    value = s.flags & kSymSection ? merged_target(of, *sec, s, r) : value;
    to = target_.output_at(link, value);
  }
  if (!to)
    return;
  r.r_sym = to->index;
  r.r_addend = i64(value - to->addr);
}

Rela RelocTable::moved(Link &link, const ElfObject &o, const Section &of, const Rela &in, u64 place) const {
  Rela r = in;
  r.r_offset = place;
  if (in.r_sym >= o.symbols.size()) {
    link.diag.error(o.display_name() + ":(" + std::string(of.name()) + "): a relocation refers to symbol " +
                        std::to_string(u32(in.r_sym)) + ", which is not there",
                    o.priority, in.r_offset);
    return r;
  }
  const Symbol *s = o.symbols[in.r_sym];
  u32 index = s && in.r_sym ? target_.symbol_index(*s) : 0;
  r.r_sym = index;
  if (!in.r_sym || !s || index)
    return r;
  if (!link.is_relocatable()) {
    redirect(link, of, *s, r);
    return r;
  }
  if (const Section *sec = s->section; sec && sec->output) {
    // A section symbol, or a local one that is not kept.
    r.r_sym = target_.symtab->section_symbols ? sec->output->index : 0;
    r.r_addend = i64(u64(i64(in.r_addend)) + s->value);
  } else if (!sec || !sec->is_live()) {
    // What it refers to was in another copy of a group.
    r.r_type = target_.elf_arch.info.r_none;
    r.r_addend = i64(0);
  }
  return r;
}

class RelocsSection final : public RelocTable {
public:
  RelocsSection(ElfTarget &t, std::string_view name, Section &of)
      : RelocTable(t, name, SHT_RELA, SHF_INFO_LINK, 8, sizeof(Rela)), of_(of) {
    section.size = u64(of.num_relocs) * sizeof(Rela);
    section.flags = u16(section.flags | (of.flags & (kSecInGroup | kSecLinkOrder)));
    section.native_flags |= of.native_flags & SHF_GROUP;
  }
  const OutputSection *relocated() const override { return of_.output; }

  void write(Link &link, u8 *buf) override {
    auto &o = static_cast<ElfObject &>(*of_.file);
    Rela *out = reinterpret_cast<Rela *>(buf);
    bool backwards = !link.is_relocatable() && of_.order && is_old_array(of_);
    for (const Rela &in : o.relocs(of_))
      *out++ = moved(link, o, of_, in,
                     of_.address() + (backwards ? of_.size - 8 - in.r_offset : u64(in.r_offset)));
  }

private:
  Section &of_;
};

// Those of an image's .eh_frame, whose records are not where they were: one part for each file's.
class EhFrameRelocs final : public RelocTable {
public:
  EhFrameRelocs(ElfTarget &t, EhFrameSection &of)
      : RelocTable(t, ".rela.eh_frame", SHT_RELA, SHF_INFO_LINK, 8, sizeof(Rela)), of_(of) {
    table = true; // no pattern of a script means it
    for (ElfObject *o : of.files) {
      offsets_.push_back(section.size);
      each_record(*o, [&](auto &record) { section.size += u64(record.rel_count) * sizeof(Rela); });
    }
  }
  const OutputSection *relocated() const override { return of_.section.output; }
  u32 parts() const override { return u32(offsets_.size()); }
  u64 part_offset(u32 i) const override { return i < offsets_.size() ? offsets_[i] : section.size; }
  void write(Link &link, u8 *buf) override {
    for (u32 i = 0; i < parts(); ++i)
      write_part(link, i, buf + part_offset(i));
  }
  void write_part(Link &link, u32 i, u8 *buf) override {
    const ElfObject &o = *of_.files[i];
    Rela *out = reinterpret_cast<Rela *>(buf);
    u64 start = of_.section.address();
    each_record(o, [&](auto &record) {
      const Section &from = *o.eh_frames[record.section];
      for (const Rela &in : o.relocs(from).subspan(record.rel_begin, record.rel_count))
        *out++ = moved(link, o, from, in, start + record.output_offset + (in.r_offset - record.offset));
    });
  }

private:
  template <class F> static void each_record(const ElfObject &o, F &&fn) {
    for (const Cie &c : o.cies)
      if (c.used && c.leader_cie == ~0u)
        fn(c);
    for (const Fde &f : o.fdes)
      if (f.output_offset != ~0u)
        fn(f);
  }
  EhFrameSection &of_;
  std::vector<u64> offsets_;
};

// A section group of the output: flags, then the indices of its members.
class GroupSection final : public ElfSynthetic {
public:
  GroupSection(ElfTarget &t, ElfObject &o, u32 index)
      : ElfSynthetic(t, ".group", SHT_GROUP, 0, 4, 4), file_(o), index_(index) {
    section.flags |= kSecInGroup; // no two are joined
    words_ = o.bytes.array<ul32>(o.shdrs[index].sh_offset, o.shdrs[index].sh_size / 4, "section group");
  }
  void add(const Section *s) { members_.push_back(s); }
  void finish() { section.size = (members_.size() + 1) * 4; }
  bool empty() const { return members_.empty(); }
  const ElfObject &file() const { return file_; }
  u32 signature() const { return file_.shdrs[index_].sh_info; }
  std::span<const ul32> words() const { return words_; }

  void write(Link &, u8 *buf) override {
    ul32 *w = reinterpret_cast<ul32 *>(buf);
    *w++ = words_[0];
    for (const Section *s : members_)
      *w++ = s->output ? s->output->index : 0;
  }

private:
  ElfObject &file_;
  u32 index_;
  std::span<const ul32> words_;
  std::vector<const Section *> members_;
};

} // namespace

// The high halves of st_shndx, if some do not fit 16 bits.
void SymtabShndxSection::write(Link &, u8 *buf) {
  std::memcpy(buf, values.data(), values.size() * 4);
}

bool SymtabShndxSection::update(Link &) {
  u64 n = target_.symtab->section.size / sizeof(Sym);
  values.resize(n);
  bool changed = section.size != n * 4;
  section.size = n * 4;
  return changed;
}

// What -r makes instead of tables for a loader.
void ElfTarget::make_relocatable(Link &link) {
  find_features(link);
  u64 sections = 0;
  bool stack_note = false, exec_stack = false;
  for (InputFile *f : link.objects) {
    if (f == link.internal)
      continue;
    auto &o = static_cast<ElfObject &>(*f);
    stack_note |= o.has_gnu_stack_note;
    exec_stack |= o.needs_executable_stack;
    std::vector<RelocsSection *> of(o.sections.size());
    for (Section *s : o.sections)
      if (s && s->is_live()) {
        ++sections;
        if (!s->num_relocs)
          continue;
        std::string_view name = Arena::copy(".rela" + std::string(s->name()));
        of[s->index] = link.synthesize<RelocsSection>(*this, name, *s);
      }
    for (u32 i = 1; i < o.shdrs.size(); ++i) {
      if (o.shdrs[i].sh_type != SHT_GROUP)
        continue;
      // Lost groups have lost all their members.
      auto *g = new GroupSection(*this, o, i);
      for (u32 m : g->words().subspan(1))
        if (m < o.sections.size() && o.sections[m] && o.sections[m]->is_live()) {
          g->add(o.sections[m]);
          if (of[m])
            g->add(&of[m]->section);
        }
      if (g->empty()) {
        delete g;
        continue;
      }
      g->finish();
      g->section.file = link.internal;
      g->section.live = 1;
      link.synthetics.push_back(g);
      ++sections;
    }
  }
  // Tentative definitions stay so, with the largest size.
  for (InputFile *f : link.objects)
    for (u32 k = f->first_global; k < f->symbols.size(); ++k)
      if (Symbol *s = f->symbols[k]; s && s->flags & kSymCommon)
        if (u64 size = f->common_size(k)) {
          SymbolAux &aux = link.aux_of(*s);
          aux.copy_offset = std::max(aux.copy_offset, size);
        }
  make_notes(link);
  if (stack_note) {
    auto *note = link.synthesize<BytesSection>(*this, ".note.GNU-stack", SHT_PROGBITS,
                                               exec_stack ? u64(SHF_EXECINSTR) : 0, 1);
    note->keep_empty = true;
  }
  if (sections * 2 >= SHN_LORESERVE - 100) {
    symtab_shndx = link.synthesize<SymtabShndxSection>(*this);
    symtab_shndx->keep_empty = true;
  }
}

// --emit-relocs.
void ElfTarget::make_emitted_relocs(Link &link) {
  for (InputFile *f : link.objects) {
    if (f == link.internal)
      continue;
    for (Section *s : f->sections) {
      if (!s || !s->is_live() || s->leader || !s->num_relocs || s->kind != SectionKind::Regular)
        continue;
      std::string_view name = Arena::copy(".rela" + std::string(planned_output_name(link, *s)));
      link.synthesize<RelocsSection>(*this, name, *s)->table = true; // no pattern of a script means it
    }
  }
  if (eh_frame)
    link.synthesize<EhFrameRelocs>(*this, *eh_frame);
}

// After output sections have their indices: symbols of sections, indices of symbols, and what
// section headers refer to.
void ElfTarget::link_relocatable(Link &link) {
  symtab->section_symbols = u32(link.outputs.size());
  symtab->number();
  symbol_indices.resize(link.files.size());
  for (auto *list : {&link.objects, &link.shareds})
    for (InputFile *f : *list)
      symbol_indices[f->priority].resize(f->symbols.size());
  std::mutex internal;
  symtab->each_index([&](const Symbol &s, u64 index) {
    if (s.file->kind == FileKind::Internal) {
      std::lock_guard lock(internal);
      internal_indices.emplace(&s, u32(index));
      return;
    }
    auto &v = symbol_indices[s.file->priority];
    if (s.native < v.size())
      v[s.native] = u32(index);
  });
  u32 table = symtab->section.output->index;
  for (Synthetic *s : link.synthetics) {
    OutputSection *out = s->section.output;
    if (!out)
      continue;
    if (auto *r = dynamic_cast<RelocTable *>(s)) {
      out->link = table;
      out->info = r->relocated() ? r->relocated()->index : 0;
    } else if (auto *g = dynamic_cast<GroupSection *>(s)) {
      out->link = table;
      u32 sig = g->signature();
      if (const Symbol *sym = sig < g->file().symbols.size() ? g->file().symbols[sig] : nullptr) {
        out->info = symbol_index(*sym);
        if (!out->info && sym->section && sym->section->output)
          out->info = sym->section->output->index;
      }
    }
  }
  for (OutputSection *o : link.outputs) {
    const Section *s = o->members.empty() ? nullptr : o->members[0];
    if (!s || !(s->flags & kSecLinkOrder) || s->kind == SectionKind::Synthetic)
      continue;
    auto &f = static_cast<const ElfObject &>(*s->file);
    u32 to = f.shdrs[s->index].sh_link;
    if (to < f.sections.size() && f.sections[to] && f.sections[to]->output)
      o->link = f.sections[to]->output->index;
  }
}

} // namespace gold::elf
