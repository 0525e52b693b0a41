#include "model/link.h"
#include "support/demangle.h"
#include "support/mapped_file.h"

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

void Link::duplicate(Symbol &s, InputFile &f, u32 native) {
  std::lock_guard lock(reports_mutex_);
  duplicates.push_back({&s, &f, native});
}

void Link::warn_of_use(std::string_view symbol, std::string_view text, InputFile &f) {
  std::lock_guard lock(reports_mutex_);
  use_warnings.push_back({symbol, text, &f});
}

std::string Link::readable(std::string_view name) const {
  return opt.demangle ? demangle(name) : std::string(name);
}

std::string Link::place_text(const InputFile &f, const Section &s, u64 offset) {
  return f.display_name() + ":(" + std::string(s.name()) +
         format("+0x%llx)", static_cast<unsigned long long>(offset));
}

std::string Link::source_line(InputFile &f, const Section &s, u64 offset) const {
  if (!f.reader)
    return "";
  SourcePlace p = f.reader->source_place(f, s, offset);
  std::string text;
  if (p.line)
    text = p.file + format(":%u", p.line);
  if (!p.function.empty())
    text += (text.empty() ? "in function `" : " in function `") + readable(p.function) + "'";
  return text;
}

Diag::Details Link::referenced_at(InputFile &f, const Section &s, u64 offset) const {
  return [this, &f, &s, offset] {
    std::string source = source_line(f, s, offset);
    return source.empty() ? source : (source.starts_with("in ") ? "\n>>> " : "\n>>> referenced by ") + source;
  };
}

std::vector<std::string_view> Link::read_list(const std::string &path) {
  std::string why;
  const MappedFile *m = map_file(path, &why);
  if (!m) {
    diag.error("cannot open " + path + ": " + why);
    return {};
  }
  std::vector<std::string_view> lines;
  std::string_view text = m->bytes.str();
  while (!text.empty()) {
    std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == text.npos ? std::string_view() : text.substr(end + 1);
    line = line.substr(0, line.find('#'));
    constexpr const char *blanks = " \t\r";
    std::size_t first = line.find_first_not_of(blanks);
    if (first != line.npos)
      lines.push_back(line.substr(first, line.find_last_not_of(blanks) - first + 1));
  }
  return lines;
}

const std::vector<u8> &lost_sections(const InputFile &f, std::size_t count) {
  static thread_local std::vector<u8> lost;
  lost.clear();
  for (const GroupCopy &copy : f.groups) {
    if (copy.group->owned_by(f.priority))
      continue;
    if (lost.empty())
      lost.resize(count);
    for (u32 m : copy.members)
      lost[m] = 1;
  }
  return lost;
}

} // namespace gold
