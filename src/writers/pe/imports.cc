// Imports ("The .idata Section"): what short import objects and DLLs among the inputs provide, as far
// as something refers to it. Import libraries in the long form bring ready pieces of the same tables,
// which stand beside ours by the numbers behind the $.
#include "writers/pe/target.h"

#include <algorithm>
#include <map>

namespace gold::coff {

namespace {

constexpr u32 kRead = IMAGE_SCN_CNT_INITIALIZED_DATA | IMAGE_SCN_MEM_READ;
constexpr u32 kWrite = kRead | IMAGE_SCN_MEM_WRITE;
constexpr u32 kCode = IMAGE_SCN_CNT_CODE | IMAGE_SCN_MEM_EXECUTE | IMAGE_SCN_MEM_READ;

u16 flags_of(u32 characteristics) {
  u32 f = kSecAlloc;
  f |= characteristics & IMAGE_SCN_MEM_WRITE ? kSecWrite : 0;
  f |= characteristics & IMAGE_SCN_MEM_EXECUTE ? kSecExec : 0;
  return static_cast<u16>(f);
}

} // namespace

PeSynthetic::PeSynthetic(PeTarget &t, std::string_view name, u32 characteristics, u64 align)
    : Synthetic(name, 0, characteristics, flags_of(characteristics), align), target_(t) {}

void PeTarget::make_imports(Link &link) {
  std::map<std::string_view, std::vector<Import *>> by_dll;
  for_each_import(link, [&](const Symbol &s, Import &i, const CoffObject &o) {
    u16 needs = s.needs.load(std::memory_order_relaxed);
    if (!needs)
      return;
    if (i.slot == ~0u) {
      i.slot = 0;
      by_dll[o.dll].push_back(&i);
    }
    if ((needs & kNeedsPlt) && i.thunk == ~0u) {
      i.thunk = static_cast<u32>(thunks.size());
      thunks.push_back(&i);
    }
  });
  bool foreign = false;
  for (const InputFile *f : link.objects)
    if (is_object(*f))
      foreign |= object_of(*f).has_idata;
  if (foreign || !by_dll.empty()) // the empty descriptor at the end
    link.synthesize<ZeroSection>(*this, ".idata$3", kWrite, 4, sizeof(ImportDescriptor));
  if (by_dll.empty())
    return;
  import_directory = link.synthesize<DirectorySection>(*this);
  import_lookup = link.synthesize<LookupSection>(*this, ".idata$4");
  import_addresses = link.synthesize<LookupSection>(*this, ".idata$5");
  import_names = link.synthesize<NameSection>(*this);
  std::string &names = import_names->bytes;
  u32 slot = 0;
  for (auto &[name, imports] : by_dll) {
    std::stable_sort(imports.begin(), imports.end(), [](const Import *a, const Import *b) {
      if (a->name.empty() != b->name.empty())
        return b->name.empty();
      return a->name != b->name ? a->name < b->name : a->ordinal < b->ordinal;
    });
    ImportedDll &dll = dlls.emplace_back();
    dll.name = name;
    dll.first_slot = slot;
    const Import *last = nullptr;
    for (Import *i : imports) {
      // Two libraries may name the same thing of the same DLL.
      if (last && last->name == i->name && (!i->name.empty() || last->ordinal == i->ordinal)) {
        i->slot = last->slot;
        continue;
      }
      last = i;
      i->slot = slot++;
      dll.imports.push_back(i);
      import_names->offsets.push_back(static_cast<u32>(names.size()));
      if (!i->name.empty()) {
        names.push_back(static_cast<char>(i->ordinal & 0xff));
        names.push_back(static_cast<char>(i->ordinal >> 8));
        names.append(i->name).push_back('\0');
        if (names.size() & 1)
          names.push_back('\0');
      }
    }
    ++slot; // the null word
    import_names->offsets.push_back(0);
    dll.name_offset = static_cast<u32>(names.size());
    names.append(name).push_back('\0');
    if (names.size() & 1)
      names.push_back('\0');
  }
  import_directory->section.size = dlls.size() * sizeof(ImportDescriptor);
  import_lookup->section.size = import_addresses->section.size = u64(slot) * 8;
  import_names->section.size = names.size();
  if (!thunks.empty()) {
    thunk_section = link.synthesize<ThunkSection>(*this);
    thunk_section->section.size = thunks.size() * ThunkSection::kSize;
  }
}

DirectorySection::DirectorySection(PeTarget &t) : PeSynthetic(t, ".idata$2", kWrite, 4) {}

void DirectorySection::write(Link &, u8 *buf) {
  auto *d = reinterpret_cast<ImportDescriptor *>(buf);
  for (const ImportedDll &dll : target_.dlls)
    *d++ = {target_.rva(target_.import_lookup->section.address() + u64(dll.first_slot) * 8), 0, 0,
            target_.rva(target_.import_names->section.address() + dll.name_offset),
            target_.rva(target_.import_addresses->section.address() + u64(dll.first_slot) * 8)};
}

LookupSection::LookupSection(PeTarget &t, std::string_view name) : PeSynthetic(t, name, kWrite, 8) {}

void LookupSection::write(Link &, u8 *buf) {
  u32 names = target_.rva(target_.import_names->section.address());
  for (const ImportedDll &dll : target_.dlls)
    for (const Import *i : dll.imports)
      store<u64>(buf + u64(i->slot) * 8, i->name.empty() ? kOrdinalFlag | i->ordinal
                                                         : names + target_.import_names->offsets[i->slot]);
}

NameSection::NameSection(PeTarget &t) : PeSynthetic(t, ".idata$6", kWrite, 2) {}

ThunkSection::ThunkSection(PeTarget &t) : PeSynthetic(t, ".text", kCode, 8) {}

void ThunkSection::write(Link &, u8 *buf) {
  u64 slots = target_.import_addresses->section.address();
  for (std::size_t k = 0; k < target_.thunks.size(); ++k, buf += kSize) {
    u64 next = section.address() + k * kSize + 6;
    static constexpr u8 code[kSize] = {0xff, 0x25, 0, 0, 0, 0, 0x90, 0x90}; // jmp *disp(%rip); nops
    std::memcpy(buf, code, kSize);
    store<u32>(buf + 2, static_cast<u32>(slots + u64(target_.thunks[k]->slot) * 8 - next));
  }
}

LocalImportSection::LocalImportSection(PeTarget &t) : PeSynthetic(t, ".rdata", kRead, 8) {}

void LocalImportSection::write(Link &, u8 *buf) {
  for (std::size_t k = 0; k < symbols.size(); ++k)
    store<u64>(buf + k * 8, symbols[k]->value);
}

} // namespace gold::coff
