#include "model/link.h"

#include <bit>

namespace gold {

Synthetic::Synthetic(std::string_view name, u32 native_type, u64 native_flags, u16 flags, u64 align) {
  section.name_data = name.data();
  section.name_size = static_cast<u32>(name.size());
  section.native_type = native_type;
  section.native_flags = native_flags;
  section.flags = flags;
  section.p2align = static_cast<u8>(std::countr_zero(align));
  section.kind = SectionKind::Synthetic;
  section.synth = this;
}

std::string InputFile::display_name() const {
  if (kind == FileKind::Internal)
    return "<internal>";
  if (archive.empty())
    return std::string(path);
  return std::string(archive) + "(" + std::string(member) + ")";
}

Symbol *Link::add_root(std::string_view name) {
  symbols.reserve(16);
  Symbol *s = symbols.intern(Arena::copy(name));
  s->mark(kMarkRoot | kMarkRefObject | kMarkStrongRef);
  s->offer(make_claim(SymClass::Undef, internal->priority, 0));
  roots.push_back(s);
  return s;
}

void Link::report(const InputFile &f, const InputError &e) {
  std::string text = f.display_name() + ": " + e.what();
  if (e.offset != ~u64(0))
    text += format(" (at offset 0x%llx)", static_cast<unsigned long long>(e.offset));
  diag.error(std::move(text), f.priority, e.offset);
}

} // namespace gold
