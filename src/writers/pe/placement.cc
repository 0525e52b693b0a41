// Where sections go: output sections by name in front of the $, members by what stands behind it
// ("Grouped Sections (Object Only)"), with the exceptions that GNU ld's script makes.
#include "writers/pe/target.h"

#include <algorithm>
#include <string>

namespace gold::coff {

namespace {

struct Fixed {
  std::string_view name;
  u32 rank;
  u32 characteristics; // whatever the members say
};

constexpr u32 kCode = IMAGE_SCN_CNT_CODE | IMAGE_SCN_MEM_EXECUTE | IMAGE_SCN_MEM_READ;
constexpr u32 kRead = IMAGE_SCN_CNT_INITIALIZED_DATA | IMAGE_SCN_MEM_READ;
constexpr u32 kWrite = kRead | IMAGE_SCN_MEM_WRITE;
constexpr Fixed fixed[] = {
    {".text", 1, kCode},
    {".data", 2, kWrite},
    {".rdata", 3, kRead},
    {".eh_frame", 4, kRead},
    {".pdata", 5, kRead},
    {".xdata", 6, kRead},
    {".bss", 7, IMAGE_SCN_CNT_UNINITIALIZED_DATA | IMAGE_SCN_MEM_READ | IMAGE_SCN_MEM_WRITE},
    {".edata", 8, kRead},
    {".idata", 9, kWrite},
    {".CRT", 10, kWrite},
    {".tls", 11, kWrite},
    // sections of other names: 20
    {".rsrc", 30, kRead},
    {".reloc", 31, kRead | IMAGE_SCN_MEM_DISCARDABLE},
    // debug information: 40
};

const Fixed *find_fixed(std::string_view name) {
  for (const Fixed &f : fixed)
    if (f.name == name)
      return &f;
  return nullptr;
}

// A function or object of its own: the name behind the $ tells which, not where it goes.
bool is_named_comdat(const Section &s) {
  if (!(s.native_flags & IMAGE_SCN_LNK_COMDAT))
    return false;
  std::string_view n = s.name();
  for (std::string_view p : {".text$", ".data$", ".rdata$", ".bss$", ".xdata$", ".eh_frame$"})
    if (n.starts_with(p))
      return true;
  return false;
}

} // namespace

bool has_ordered_name(const Section &s) {
  std::string_view n = s.name();
  return (n.find('$') != n.npos && !is_named_comdat(s)) || n.starts_with(".ctors") ||
         n.starts_with(".dtors") || (n.starts_with(".text") && n.size() > 5);
}

std::string_view PeTarget::output_name(const Link &link, const Section &s) {
  std::string_view n = s.name();
  if (link.is_relocatable())
    return n;
  if (n == "COMMON")
    return ".bss";
  std::size_t end = n.find('$');
  if (end != n.npos)
    n = n.substr(0, end);
  if (n == ".text" || n == ".rdata" || n == ".data" || n == ".bss" || n.size() < 4)
    return n;
  for (std::string_view prefix : {".text", ".rdata", ".data", ".bss", ".xdata", ".pdata", ".eh_frame"})
    if (n.starts_with(prefix) && n[prefix.size()] == '.')
      return prefix;
  for (std::string_view list : {".ctors", ".dtors"})
    if (n.starts_with(list) && (n.size() == list.size() || n[list.size()] == '.' || n[list.size()] == '~'))
      return ".rdata";
  if (n == ".gcc_except_table" || n == ".rodata" || n.starts_with(".rodata."))
    return ".rdata";
  if (n == ".init" || n == ".fini" || n.starts_with(".gnu.linkonce.t."))
    return ".text";
  if (n == ".data2" || n == ".jcr" || n == ".data_cygwin_nocopy")
    return ".data";
  return n;
}

std::optional<u16> PeTarget::known_output(std::string_view name) {
  if (name.starts_with(".debug_") || name.starts_with(".zdebug_") || name.starts_with(".stab"))
    return kSecDebug;
  return find_fixed(name) ? std::optional<u16>(kSecAlloc) : std::nullopt;
}

u64 PeTarget::rank(const Link &, const OutputSection &o) {
  if (const Fixed *f = find_fixed(o.name))
    return f->rank;
  return o.flags & kSecDebug ? 40 : 20;
}

namespace {

// Members are ordered by class, then text, then as they stood.
struct MemberKey {
  u32 rank = 0;
  std::string_view first, second;
  bool operator<(const MemberKey &o) const {
    if (rank != o.rank)
      return rank < o.rank;
    return first != o.first ? first < o.first : second < o.second;
  }
};

MemberKey key_of(const Section &s) {
  std::string_view n = s.name();
  for (auto [list, rank] : {std::pair<std::string_view, u32>{".ctors", 20}, {".dtors", 30}})
    if (n.starts_with(list)) {
      if (n == std::string(list) + "$") // the word in front of the list
        return {rank};
      if (n == std::string(list) + "~") // and behind it
        return {rank + 3};
      return n.size() == list.size() ? MemberKey{rank + 1} : MemberKey{rank + 2, n};
    }
  if (n == ".init")
    return {0};
  if (n == ".fini" || n == ".gcc_except_table")
    return {40};
  std::size_t dollar = n.find('$');
  if (n.starts_with(".tls")) // the directory's template begins with $AAA and ends with $ZZZ
    return n == ".tls$AAA"    ? MemberKey{1}
           : n == ".tls$ZZZ"  ? MemberKey{5}
           : dollar == n.npos ? MemberKey{2}
                              : MemberKey{3, n.substr(dollar)};
  if (n.starts_with(".idata$")) // the members of an import library in the order of their names
    return {1, n, {}};
  if (dollar == n.npos || is_named_comdat(s))
    return {n.starts_with(".text.") ? 3u : 1u};
  return {2, n.substr(dollar)};
}

} // namespace

void PeTarget::order_members(Link &link, OutputSection &o) {
  if (link.is_relocatable() || link.plan.scripted || // a script gives the order
      std::none_of(o.members.begin(), o.members.end(), [](const Section *s) { return has_ordered_name(*s); }))
    return;
  std::vector<std::pair<MemberKey, Section *>> keyed;
  keyed.reserve(o.members.size());
  for (Section *s : o.members)
    keyed.emplace_back(key_of(*s), s);
  bool imports = o.name == ".idata";
  auto library = [](const Section *s) {
    return s->file && s->file->kind == FileKind::Object ? std::pair(s->file->archive, s->file->member)
                                                        : std::pair<std::string_view, std::string_view>();
  };
  std::stable_sort(keyed.begin(), keyed.end(), [&](auto &a, auto &b) {
    if (imports && a.first.first == b.first.first)
      return library(a.second) < library(b.second);
    return a.first < b.first;
  });
  for (std::size_t i = 0; i < keyed.size(); ++i)
    o.members[i] = keyed[i].second;
}

// With a script debug information, too, has addresses from the start, and what the script does not name
// begins at a multiple of the section alignment.
void PeTarget::describe_output(Link &link, OutputSection &o) {
  if (!link.plan.scripted || link.is_relocatable())
    return;
  o.flags |= kSecAlloc;
  if (!o.rule)
    o.align = std::max(o.align, page_size(link));
}

void PeTarget::make_segments(Link &link) {
  constexpr u32 kept = IMAGE_SCN_CNT_CODE | IMAGE_SCN_CNT_INITIALIZED_DATA |
                       IMAGE_SCN_CNT_UNINITIALIZED_DATA | IMAGE_SCN_MEM_DISCARDABLE | IMAGE_SCN_MEM_SHARED |
                       IMAGE_SCN_MEM_EXECUTE | IMAGE_SCN_MEM_READ | IMAGE_SCN_MEM_WRITE;
  u64 base = link.opt.image_base.value_or(default_image_base(link));
  if (link.plan.scripted) { // called in each round: what was empty may have grown
    link.outputs.clear();
    for (const LayoutPlan::Step &s : link.plan.steps)
      if (s.out && !s.out->dropped)
        link.outputs.push_back(s.out);
  }
  if (link.is_relocatable()) { // empty sections may have symbols
    link.number_outputs();
    return object.count_relocs(link);
  }
  std::erase_if(link.outputs, [&](OutputSection *o) {
    for (const Section *s : o->members)
      if (s->size || (s->kind == SectionKind::Synthetic && s->synth->keep_empty && s->name_size))
        return false;
    if (link.plan.scripted)
      return true;
    o->addr = base + page_size(link); // of symbols that mark an empty place
    return true;
  });
  link.number_outputs();
  for (OutputSection *o : link.outputs) {
    o->starts_segment = true;
    o->flags |= kSecAlloc; // debug information has addresses, too
    const Fixed *f = find_fixed(o->name);
    u32 c = f ? f->characteristics : static_cast<u32>(o->native_flags) & kept;
    if (o->flags & kSecDebug)
      c = kRead | IMAGE_SCN_MEM_DISCARDABLE;
    if (!(o->flags & kSecZeroFill) && c & IMAGE_SCN_CNT_UNINITIALIZED_DATA)
      c = (c & ~u32(IMAGE_SCN_CNT_UNINITIALIZED_DATA)) | IMAGE_SCN_CNT_INITIALIZED_DATA;
    o->native_flags = c | (static_cast<u32>(o->native_flags) & IMAGE_SCN_MEM_SHARED);
  }
}

u64 PeTarget::page_size(const Link &link) {
  return link.opt.pe_section_alignment;
}
u64 PeTarget::file_alignment(const Link &link) {
  return link.is_relocatable() ? 4 : link.opt.pe_file_alignment;
}

u64 PeTarget::default_image_base(const Link &link) {
  if (link.is_relocatable())
    return 0;
  for (const InputFile *f : link.objects)
    if (is_object(*f) && object_of(*f).wanted_base)
      return object_of(*f).wanted_base;
  if (!link.is_shared())
    return 0x140000000;
  if (!link.opt.enable_auto_image_base)
    return 0x180000000;
  // DLLs of different names rarely meet: below 2 TB, 64 KB apart as the loader wants it.
  std::string_view path = link.opt.output;
  return 0x200000000 + ((hash_string(path.substr(path.rfind('/') + 1)) & 0xffff) << 20);
}

} // namespace gold::coff
