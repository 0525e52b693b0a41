// -r: the output is an object again ("COFF File Header (Object and Image)", "COFF Relocations", "COFF Symbol
// Table").
//
// Sections of one name are joined; a COMDAT section stays by itself, with its selection, and those that lost
// are left out. Nothing is resolved. An addend stands in the place itself and counts from a symbol, so
// contents stay what they are: relocations get new places and the symbols' new indices. The symbol of an
// input section becomes a label where that section begins. Each output section has a symbol with an auxiliary
// record, before all others; what a global name means is said once.
#include "writers/pe/relocatable.h"

#include "writers/pe/target.h"

#include <algorithm>
#include <cstdio>

namespace gold::coff {

namespace {

constexpr u64 kRecord = sizeof(Symbol16);
constexpr u32 kManyRelocs = 0xffff; // from there on the first record holds their number

// The one COMDAT section of an output section, or null.
const Section *comdat_of(const OutputSection &o) {
  const Section *s = o.members.empty() ? nullptr : o.members[0];
  return s && s->file && s->native_flags & IMAGE_SCN_LNK_COMDAT ? s : nullptr;
}

// The symbol of a COMDAT section: the output section's own takes its place.
bool is_comdat_symbol(const Symbol &s) {
  return s.flags & kSymSection && s.section && s.section->native_flags & IMAGE_SCN_LNK_COMDAT;
}

u64 long_name(std::string_view name) {
  return name.size() > 8 ? name.size() + 1 : 0;
}

void put_name(char *field, std::string_view name, std::string &strings) {
  std::memset(field, 0, 8);
  if (name.size() <= 8) {
    std::memcpy(field, name.data(), name.size());
    return;
  }
  store<u32>(reinterpret_cast<u8 *>(field) + 4, static_cast<u32>(strings.size()));
  strings.append(name);
  strings.push_back('\0');
}

bool is_weak_external(const CoffObject &o, u32 native) {
  return native < o.num_symbols && o.sym(native).is_weak();
}

} // namespace

u32 ObjectWriter::first_symbol(const Link &link) const {
  return static_cast<u32>(link.outputs.size() * 2);
}

u32 ObjectWriter::index_of(const Link &link, const CoffObject &o, u32 native) const {
  const Symbol *s = o.symbols[native];
  if (s && is_comdat_symbol(*s))
    return s->section->output ? s->section->output->index * 2 - 1 : 0;
  u32 i = indices_[o.priority][native];
  return i ? first_symbol(link) + i : 0;
}

void ObjectWriter::collect(Link &link) {
  indices_.resize(link.files.size());
  auto add = [&](const CoffObject &o, u32 native, const Symbol &s) {
    indices_[o.priority][native] = static_cast<u32>(records_) + 1;
    symbols_.push_back({&o, native, &s});
    records_ += s.is_undefined() || !is_weak_external(o, native) ? 1 : 2;
    strings_ += long_name(s.name());
  };
  std::vector<std::pair<CoffObject *, u32>> others; // names that another file's entry stands for
  for (InputFile *f : link.objects) {
    if (f == link.internal)
      continue;
    auto &o = PeTarget::object_of(*f);
    indices_[o.priority].resize(o.symbols.size());
    for (u32 k = 0; k < o.num_symbols; ++k) {
      Symbol *s = o.symbols[k];
      if (!s)
        continue;
      if (s->is_local()) {
        bool there = s->section ? s->section->is_live() : s->is_absolute();
        if (there && !is_comdat_symbol(*s))
          add(o, k, *s);
        continue;
      }
      SymbolAux &aux = link.aux_of(*s);
      aux.copy_offset = std::max(aux.copy_offset, o.common_size(k));
      bool open = s->is_undefined() || s->is_shared() || (s->section && !s->section->is_live());
      if ((open && !aux.symtab) || (!open && s->file == &o && s->native == k)) {
        aux.symtab = 1;
        add(o, k, *s);
        aux.got = o.priority;
        aux.plt = k;
      } else {
        others.emplace_back(&o, k);
      }
    }
  }
  for (auto &[o, k] : others) {
    const SymbolAux &aux = link.aux[o->symbols[k]->aux];
    if (aux.symtab)
      indices_[o->priority][k] = indices_[aux.got][aux.plt];
  }
}

u64 ObjectWriter::header_size(const Link &link) const {
  return sizeof(FileHeader) + link.outputs.size() * sizeof(SectionHeader);
}

// What was in another copy of a group is referred to no more.
bool ObjectWriter::is_kept(const Link &link, const CoffObject &f, const Relocation &r) const {
  return r.SymbolTableIndex >= f.num_symbols || !f.symbols[r.SymbolTableIndex] ||
         index_of(link, f, r.SymbolTableIndex);
}

void ObjectWriter::count_relocs(const Link &link) {
  relocs_.assign(link.outputs.size() + 1, 0);
  for (const OutputSection *o : link.outputs)
    for (const Section *s : o->members)
      if (s->num_relocs) {
        auto &f = PeTarget::object_of(*s->file);
        auto list = f.relocs(*s);
        relocs_[o->index] += static_cast<u64>(std::count_if(
            list.begin(), list.end(), [&](const Relocation &r) { return is_kept(link, f, r); }));
      }
}

u64 ObjectWriter::reloc_records(const OutputSection &o) const {
  u64 n = relocs_[o.index];
  return n >= kManyRelocs ? n + 1 : n;
}

u64 ObjectWriter::trailer_size(const Link &link) const {
  u64 size = (first_symbol(link) + records_) * kRecord + 4 + strings_;
  for (const OutputSection *o : link.outputs)
    size += reloc_records(*o) * sizeof(Relocation) + long_name(o->name);
  return size;
}

void ObjectWriter::write_headers(Link &link, u8 *buf) const {
  if (link.outputs.size() > 0x7fff) // symbols count them in 16 bits with a sign
    link.diag.error("the object would have " + std::to_string(link.outputs.size()) +
                    " sections, more than its header can count");
  auto &h = *reinterpret_cast<FileHeader *>(buf);
  h.Machine = IMAGE_FILE_MACHINE_AMD64;
  h.NumberOfSections = static_cast<u16>(link.outputs.size());
  h.NumberOfSymbols = static_cast<u32>(first_symbol(link) + records_);
  h.Characteristics = IMAGE_FILE_LINE_NUMS_STRIPPED;
  u64 at = link.trailer_offset;
  u32 name_at = 4;
  auto *s = reinterpret_cast<SectionHeader *>(buf + sizeof h);
  for (const OutputSection *o : link.outputs) {
    if (o->name.size() <= 8) {
      std::memcpy(s->Name, o->name.data(), o->name.size());
    } else { // their names stand first in the string table
      char text[16];
      int n = std::snprintf(text, sizeof text, "/%u", name_at);
      std::memcpy(s->Name, text, static_cast<std::size_t>(std::min(n, 8)));
      name_at += static_cast<u32>(o->name.size()) + 1;
    }
    s->SizeOfRawData = static_cast<u32>(o->size);
    s->PointerToRawData = o->file_size ? static_cast<u32>(o->offset) : 0;
    u64 n = reloc_records(*o);
    s->PointerToRelocations = n ? static_cast<u32>(at) : 0;
    s->NumberOfRelocations = static_cast<u16>(std::min<u64>(n, kManyRelocs));
    u32 align = static_cast<u32>(std::countr_zero(o->align));
    u32 c = static_cast<u32>(o->native_flags) & ~u32(IMAGE_SCN_ALIGN_MASK | IMAGE_SCN_LNK_NRELOC_OVFL);
    if (!(o->flags & kSecZeroFill) && c & IMAGE_SCN_CNT_UNINITIALIZED_DATA)
      c = (c & ~u32(IMAGE_SCN_CNT_UNINITIALIZED_DATA)) | IMAGE_SCN_CNT_INITIALIZED_DATA;
    s->Characteristics =
        c | std::min(align + 1, 14u) << 20 | (n > kManyRelocs ? u32(IMAGE_SCN_LNK_NRELOC_OVFL) : 0u);
    at += n * sizeof(Relocation);
    ++s;
  }
  h.PointerToSymbolTable = static_cast<u32>(at);
}

void ObjectWriter::write_section_symbol(const Link &link, const OutputSection &o, u8 *&out,
                                        std::string &strings) const {
  auto &s = *reinterpret_cast<Symbol16 *>(out);
  // The name is in the string table already, if it is a long one.
  if (o.name.size() <= 8) {
    put_name(reinterpret_cast<char *>(s.Name), o.name, strings);
  } else {
    u32 at = 4;
    for (const OutputSection *before : link.outputs) {
      if (before == &o)
        break;
      at += static_cast<u32>(long_name(before->name));
    }
    store<u32>(reinterpret_cast<u8 *>(s.Name) + 4, at);
  }
  s.SectionNumber = static_cast<i16>(o.index);
  s.StorageClass = IMAGE_SYM_CLASS_STATIC;
  s.NumberOfAuxSymbols = 1;
  auto &aux = *reinterpret_cast<AuxSection *>(out + kRecord);
  aux.Length = static_cast<u32>(o.size);
  aux.NumberOfRelocations = static_cast<u16>(std::min<u64>(reloc_records(o), kManyRelocs));
  if (const Section *c = comdat_of(o)) {
    auto &f = PeTarget::object_of(*c->file);
    aux.Selection = IMAGE_COMDAT_SELECT_ANY;
    for (u32 k = 0; k < f.num_symbols; ++k) {
      Sym e = f.sym(k);
      if (e.section == static_cast<i32>(c->index) && e.storage_class == IMAGE_SYM_CLASS_STATIC && e.aux) {
        const auto &in = f.aux<AuxSection>(k);
        aux.Selection = in.Selection;
        u32 to = in.Number | (f.big ? u32(in.HighNumber) << 16 : 0);
        if (in.Selection == IMAGE_COMDAT_SELECT_ASSOCIATIVE && to && to < f.sections.size() &&
            f.sections[to] && f.sections[to]->output)
          aux.Number = static_cast<u16>(f.sections[to]->output->index);
        break;
      }
      k += e.aux;
    }
  }
  out += 2 * kRecord;
}

void ObjectWriter::write_symbol(const Link &link, const Entry &e, u8 *&out, std::string &strings) const {
  const Symbol &y = *e.symbol;
  Sym in = e.file->sym(e.native);
  auto &s = *reinterpret_cast<Symbol16 *>(out);
  put_name(reinterpret_cast<char *>(s.Name), y.name(), strings);
  s.Type = in.type;
  bool open = !y.is_local() && (y.is_undefined() || y.is_shared() || (y.section && !y.section->is_live()));
  s.StorageClass = y.is_local()            ? u8(IMAGE_SYM_CLASS_STATIC)
                   : open && !in.is_weak() ? u8(IMAGE_SYM_CLASS_EXTERNAL)
                                           : in.storage_class;
  out += kRecord;
  if (open)
    return;
  if (y.flags & kSymCommon) {
    s.Value = static_cast<u32>(link.aux[y.aux].copy_offset);
  } else if (y.section) {
    s.SectionNumber = static_cast<i16>(y.section->output ? y.section->output->index : 0);
    s.Value = static_cast<u32>(y.value);
  } else if (y.is_absolute()) {
    s.SectionNumber = static_cast<i16>(IMAGE_SYM_ABSOLUTE);
    s.Value = static_cast<u32>(y.value);
  } else if (is_weak_external(*e.file, e.native)) {
    auto &aux = *reinterpret_cast<AuxWeakExternal *>(out);
    const auto &from = e.file->aux<AuxWeakExternal>(e.native);
    u32 to = index_of(link, *e.file, from.TagIndex);
    s.NumberOfAuxSymbols = 1;
    aux.TagIndex = to ? to - 1 : 0;
    aux.Characteristics = from.Characteristics;
    out += kRecord;
  }
}

void ObjectWriter::write_trailer(Link &link, u8 *buf) const {
  u8 *out = buf;
  auto put = [&](u32 place, u32 symbol, u16 type) {
    auto &r = *reinterpret_cast<Relocation *>(out);
    r.VirtualAddress = place;
    r.SymbolTableIndex = symbol;
    r.Type = type;
    out += sizeof(Relocation);
  };
  for (const OutputSection *o : link.outputs) {
    u64 n = reloc_records(*o);
    if (n > kManyRelocs)
      put(static_cast<u32>(n), 0, 0);
    for (const Section *s : o->members) {
      if (!s->num_relocs)
        continue;
      auto &f = PeTarget::object_of(*s->file);
      for (const Relocation &r : f.relocs(*s)) {
        u32 symbol = r.SymbolTableIndex;
        if (symbol >= f.num_symbols || !f.symbols[symbol]) {
          link.diag.error(f.display_name() + ":(" + std::string(s->name()) +
                              "): a relocation refers to symbol " + std::to_string(symbol) +
                              ", which is not there",
                          f.priority, u64(s->index) << 32 | r.VirtualAddress);
          put(0, 0, IMAGE_REL_AMD64_ABSOLUTE);
          continue;
        }
        if (is_kept(link, f, r))
          put(static_cast<u32>(s->offset + r.VirtualAddress), index_of(link, f, symbol) - 1, r.Type);
      }
    }
  }
  std::string strings(4, '\0');
  for (const OutputSection *o : link.outputs)
    if (o->name.size() > 8) {
      strings.append(o->name);
      strings.push_back('\0');
    }
  for (const OutputSection *o : link.outputs)
    write_section_symbol(link, *o, out, strings);
  for (const Entry &e : symbols_)
    write_symbol(link, e, out, strings);
  store<u32>(reinterpret_cast<u8 *>(strings.data()), static_cast<u32>(strings.size()));
  std::memcpy(out, strings.data(), strings.size());
}

} // namespace gold::coff
