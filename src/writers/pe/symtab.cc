// The COFF symbol table of an image, for debuggers, and the string table behind it, which also holds
// names of sections that are longer than 8 bytes ("COFF Symbol Table", "COFF String Table").
//
// Files are gathered into groups that are counted and written side by side.
#include "support/threads.h"
#include "writers/pe/target.h"

#include <algorithm>

namespace gold::coff {

namespace {

constexpr u64 kGroupSymbols = 20000;

InputFile *file_at(const Link &link, u32 i) {
  return i < link.objects.size() ? link.objects[i] : link.shareds[i - link.objects.size()];
}

bool in_image(const Symbol &s) {
  if (s.is_undefined() || s.flags & (kSymSection | kSymIndirect))
    return false;
  if (s.flags & kSymShared)
    return s.value != 0;
  if (!s.section)
    return s.is_absolute();
  const Section *sec = s.section->leader ? s.section->leader : s.section;
  return sec->kind == SectionKind::Synthetic || (sec->is_live() && sec->output);
}

// Before addresses are known, imports are counted by their needs.
bool is_wanted(const Link &link, const Symbol &s) {
  if (s.is_undefined() || s.flags & (kSymSection | kSymIndirect) || s.name_size == 0)
    return false;
  if (s.flags & kSymShared) {
    const Symbol &c = PeTarget::canonical(s);
    const Import &i = PeTarget::object_of(*s.file).imports[s.native / 2];
    return &c == &s && (s.native & 1 ? i.thunk != ~0u : i.slot != ~0u);
  }
  if (s.is_local() && link.opt.discard == DiscardMode::All)
    return false;
  if (s.is_local() && s.name().starts_with(".L") && link.opt.discard != DiscardMode::None)
    return false;
  if (s.marked(kMarkScriptValue)) // counts to a section or not, which is only known in the end
    return !s.is_local();
  if (!s.section)
    return s.is_absolute() && !s.is_local();
  const Section *sec = s.section->leader ? s.section->leader : s.section;
  return sec->kind == SectionKind::Synthetic || (sec->is_live() && sec->kind != SectionKind::Unwind);
}

template <class G, class F> void each_symbol(const Link &link, const G &g, F &&fn) {
  for (u32 i = g.first_file; i < g.last_file; ++i) {
    InputFile *f = file_at(link, i);
    for (u32 k = 0; k < f->symbols.size(); ++k)
      if (const Symbol *s = f->symbols[k];
          s && s->file == f && (s->native == k || f->kind == FileKind::Internal) && is_wanted(link, *s))
        fn(*s);
  }
}

u64 string_size(std::string_view name) {
  return name.size() > 8 ? name.size() + 1 : 0;
}

} // namespace

void SymbolTable::plan(Link &link) {
  wanted_ = link.opt.strip != StripMode::All && !link.is_relocatable();
  if (!wanted_)
    return;
  u64 weight = kGroupSymbols;
  for (u32 i = 0; i < link.objects.size() + link.shareds.size(); ++i) {
    if (weight >= kGroupSymbols) {
      groups_.push_back({i, i});
      weight = 0;
    }
    weight += file_at(link, i)->symbols.size() + 10;
    groups_.back().last_file = i + 1;
  }
  parallel_for(groups_.size(), 1, [&](std::size_t i) {
    Group &g = groups_[i];
    each_symbol(link, g, [&](const Symbol &s) {
      ++g.records;
      g.strings += string_size(s.name());
    });
  });
  for (Group &g : groups_) {
    g.first_record = records;
    g.first_string = strings_;
    records += g.records;
    strings_ += g.strings;
  }
  if (strings_ > 0x7fffffff)
    link.diag.error("the names of all symbols take more than 2 GiB; use --strip-all");
}

u64 SymbolTable::size(const Link &link) const {
  u64 names = 0;
  for (const OutputSection *o : link.outputs)
    names += string_size(o->name);
  return records || names ? records * sizeof(Symbol16) + 4 + names + strings_ : 0;
}

u32 SymbolTable::section_name_offset(const Link &link, std::string_view name) const {
  u32 at = 4;
  for (const OutputSection *o : link.outputs) {
    if (o->name == name)
      break;
    at += static_cast<u32>(string_size(o->name));
  }
  return at;
}

void SymbolTable::write(Link &link, u8 *buf) {
  u8 *strings = buf + records * sizeof(Symbol16);
  u32 at = 4;
  for (const OutputSection *o : link.outputs)
    if (o->name.size() > 8) {
      std::memcpy(strings + at, o->name.data(), o->name.size());
      at += static_cast<u32>(o->name.size()) + 1;
    }
  store<u32>(strings, static_cast<u32>(at + strings_));
  const u32 first = at;
  auto section_of = [&](const Symbol &s) -> const OutputSection * {
    if (s.section && !(s.flags & kSymShared))
      return (s.section->leader ? s.section->leader : s.section)->output;
    for (const OutputSection *o : link.outputs)
      if (s.value >= o->addr && s.value < o->end())
        return o;
    return nullptr;
  };
  parallel_for(groups_.size(), 1, [&](std::size_t i) {
    const Group &g = groups_[i];
    auto *out = reinterpret_cast<Symbol16 *>(buf) + g.first_record;
    u32 name_at = first + static_cast<u32>(g.first_string);
    each_symbol(link, g, [&](const Symbol &s) {
      std::string_view name = s.name();
      if (name.size() <= 8) {
        std::memcpy(out->Name, name.data(), name.size());
      } else {
        store<u32>(out->Name + 4, name_at);
        std::memcpy(strings + name_at, name.data(), name.size());
        name_at += static_cast<u32>(name.size()) + 1;
      }
      const OutputSection *o = s.is_absolute() || !in_image(s) ? nullptr : section_of(s);
      out->Value = static_cast<u32>(o ? s.value - o->addr : s.value);
      out->SectionNumber = static_cast<i16>(o ? static_cast<i32>(o->index) : IMAGE_SYM_ABSOLUTE);
      out->Type = s.flags & kSymFunction ? kTypeFunction : 0;
      out->StorageClass = s.is_local() ? IMAGE_SYM_CLASS_STATIC : IMAGE_SYM_CLASS_EXTERNAL;
      out->NumberOfAuxSymbols = 0;
      ++out;
    });
  });
}

u64 PeTarget::trailer_size(const Link &link) {
  return link.is_relocatable() ? object.trailer_size(link) : symtab.size(link);
}
void PeTarget::write_trailer(Link &link, u8 *buf) {
  if (link.is_relocatable())
    return object.write_trailer(link, buf);
  symtab.write(link, buf);
}

} // namespace gold::coff
