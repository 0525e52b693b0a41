// See statements.h.
#include "layout/statements.h"

#include <algorithm>

namespace gold {

namespace {

constexpr u64 kPartBytes = 1 << 20;

// What fills gaps that begin there; null: what the target takes.
const OutputSection::Fill *fill_at(const OutputSection &o, u64 offset) {
  const OutputSection::Fill *found = nullptr;
  for (const OutputSection::Fill &f : o.fills)
    if (f.offset <= offset)
      found = &f;
  return found && !found->bytes.empty() ? found : nullptr;
}

} // namespace

u64 gap_step(const OutputSection &o, u64 offset, u64 limit) {
  const OutputSection::Fill *fill = fill_at(o, offset);
  u64 n = fill ? fill->bytes.size() : 16;
  return std::max<u64>(limit / n, 1) * n;
}

Padding::Padding() : Synthetic("", 0, 0, kSecZeroFill, 1) {
  keep_empty = true;
}
u32 Padding::parts() const {
  u64 step = gap_step(*section.output, section.offset, kPartBytes);
  return static_cast<u32>(std::min<u64>((section.size + step - 1) / step, 1 << 30));
}
u64 Padding::part_offset(u32 i) const {
  return std::min<u64>(i * gap_step(*section.output, section.offset, kPartBytes), section.size);
}
void Padding::write_part(Link &link, u32 i, u8 *buf) {
  fill_gap(link, *section.output, section.offset, buf, part_offset(i + 1) - part_offset(i));
}

DataBytes::DataBytes(const DataRule &r, u32 native_type) : Synthetic("", native_type, 0, 0, 1), rule(r) {
  section.size = r.size ? r.size : r.text.size();
  keep_empty = true;
}
void DataBytes::write(Link &, u8 *buf) {
  if (rule.size)
    std::memcpy(buf, &value, rule.size);
  else
    std::memcpy(buf, rule.text.data(), rule.text.size());
}

void repeat(std::string_view pattern, u8 *buf, u64 n) {
  for (u64 i = 0; i < n; i += pattern.size())
    std::memcpy(buf + i, pattern.data(), std::min<u64>(pattern.size(), n - i));
}

void fill_gap(Link &link, const OutputSection &o, u64 offset, u8 *buf, u64 n) {
  if (const OutputSection::Fill *found = fill_at(o, offset))
    repeat(found->bytes, buf, n);
  else
    link.target->fill(o, buf, n);
}

} // namespace gold
