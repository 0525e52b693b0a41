// Symbol versions: .gnu.version, .gnu.version_r and .gnu.version_d (the GNU extension that the
// Linux Standard Base describes, "Symbol Versioning").
//
// Indices 0 and 1 mean local and global; the nodes of the version script follow from 2 in their
// order, and after them one index for each (shared object, version) pair that is referenced.
#include "writers/elf/target.h"

#include <algorithm>

namespace gold::elf {

namespace {

template <class T> void append(std::string &s, const T &t) {
  s.append(reinterpret_cast<const char *>(&t), sizeof t);
}

} // namespace

VersymSection::VersymSection(ElfTarget &t)
    : ElfSynthetic(t, ".gnu.version", SHT_GNU_VERSYM, SHF_ALLOC, 2, 2) {
  section.size = target_.dynsym->symbols.size() * 2;
}

void VersymSection::write(Link &, u8 *buf) {
  std::memcpy(buf, versions.data(), versions.size() * 2);
}

void ElfTarget::make_versions(Link &link) {
  auto &symbols = dynsym->symbols;
  std::vector<u16> versions(symbols.size(), VER_NDX_GLOBAL);
  versions[0] = VER_NDX_LOCAL;

  // Definitions.
  u16 next = 2;
  bool any = false;
  if (auto &nodes = link.version_script.nodes; !nodes.empty()) {
    std::string_view base = link.opt.soname;
    if (base.empty()) {
      base = link.opt.output;
      base = base.substr(base.rfind('/') + 1);
    }
    std::string s;
    auto def = [&](std::string_view name, u16 index, u16 flags, const std::vector<u16> &parents, bool last) {
      u16 count = u16(1 + parents.size());
      append(s, Verdef{1, flags, index, count, sysv_hash(name), sizeof(Verdef),
                       last ? 0 : u32(sizeof(Verdef) + count * sizeof(Verdaux))});
      append(s, Verdaux{dynstr->add(name), parents.empty() ? 0 : u32(sizeof(Verdaux))});
      for (std::size_t i = 0; i < parents.size(); ++i)
        for (auto &n : nodes)
          if (n.index == parents[i])
            append(s, Verdaux{dynstr->add(n.name), i + 1 == parents.size() ? 0 : u32(sizeof(Verdaux))});
      ++verdef_count;
    };
    def(base, VER_NDX_GLOBAL, VER_FLG_BASE, {}, false);
    for (auto &n : nodes) {
      def(n.name, n.index, 0, n.parents, &n == &nodes.back());
      next = std::max<u16>(next, u16(n.index + 1));
    }
    verdef = link.synthesize<BytesSection>(*this, ".gnu.version_d", SHT_GNU_VERDEF, SHF_ALLOC, 8);
    verdef->set(std::move(s));
    any = true;
  }

  // References.
  for (u32 i = 1; i < symbols.size(); ++i) {
    Symbol &s = *symbols[i];
    if (!s.is_shared()) {
      u16 v = s.version ? s.version : u16(VER_NDX_GLOBAL);
      versions[i] = s.is_undefined() ? u16(VER_NDX_GLOBAL)
                                     : u16(v | (s.marked(kMarkVersionHidden) ? VERSYM_HIDDEN : 0));
      continue;
    }
    auto *so = static_cast<ElfShared *>(s.file);
    if (s.native >= so->versym.size())
      continue;
    u16 v = so->versym[s.native] & u16(~VERSYM_HIDDEN);
    if (v < 2 || v >= so->verdefs.size() || so->verdefs[v].empty())
      continue;
    if (so->verneed_index.empty())
      so->verneed_index.resize(so->verdefs.size());
    if (!so->verneed_index[v])
      so->verneed_index[v] = 1; // numbered below, in order of the command line
  }
  // A C library that knows RELR wants to be told that it is needed, so that an older one refuses to
  // start the program.
  if (has_relr(link))
    for (InputFile *f : link.shareds) {
      auto *so = static_cast<ElfShared *>(f);
      auto v = std::find(so->verdefs.begin(), so->verdefs.end(), "GLIBC_ABI_DT_RELR");
      if (!so->verneed_index.empty() && v != so->verdefs.end())
        so->verneed_index[static_cast<std::size_t>(v - so->verdefs.begin())] = 1;
    }
  std::string s;
  std::vector<ElfShared *> users;
  for (InputFile *f : link.shareds)
    if (auto *so = static_cast<ElfShared *>(f); !so->verneed_index.empty())
      users.push_back(so);
  for (ElfShared *so : users) {
    u16 count = 0;
    for (u16 v : so->verneed_index)
      count += v != 0;
    append(s, Verneed{1, count, dynstr->add(so->soname), sizeof(Verneed),
                      so == users.back() ? 0 : u32(sizeof(Verneed) + count * sizeof(Vernaux))});
    u16 left = count;
    for (u32 v = 2; v < so->verneed_index.size(); ++v)
      if (so->verneed_index[v]) {
        so->verneed_index[v] = next++;
        std::string_view name = so->verdefs[v];
        append(s, Vernaux{sysv_hash(name), 0, so->verneed_index[v], dynstr->add(name),
                          --left ? u32(sizeof(Vernaux)) : 0});
      }
    ++verneed_count;
  }
  if (!users.empty()) {
    verneed = link.synthesize<BytesSection>(*this, ".gnu.version_r", SHT_GNU_VERNEED, SHF_ALLOC, 8);
    verneed->set(std::move(s));
    any = true;
    for (u32 i = 1; i < symbols.size(); ++i)
      if (auto *so = as_shared(symbols[i]->file);
          so && symbols[i]->is_shared() && symbols[i]->native < so->versym.size())
        if (u16 v = so->versym[symbols[i]->native] & u16(~VERSYM_HIDDEN);
            v < so->verneed_index.size() && so->verneed_index[v])
          versions[i] = so->verneed_index[v];
  }
  if (!any)
    return;
  versym = link.synthesize<VersymSection>(*this);
  versym->versions = std::move(versions);
}

} // namespace gold::elf
