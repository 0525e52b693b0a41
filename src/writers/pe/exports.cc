// Exports ("The .edata Section (Image Only)"): what -export directives and .def files name, or, where
// nobody names anything, all global symbols of the DLL's own objects, as GNU ld does.
#include "writers/pe/target.h"

#include <algorithm>
#include <string>

namespace gold::coff {

namespace {

constexpr u32 kRead = IMAGE_SCN_CNT_INITIALIZED_DATA | IMAGE_SCN_MEM_READ;

std::string_view base_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

bool contains(std::initializer_list<std::string_view> list, std::string_view s) {
  return std::find(list.begin(), list.end(), s) != list.end();
}

// Libraries of the compiler and the C library, start files: a DLL that exports everything of its own
// does not export these (GNU ld's manual, "--export-all-symbols").
bool is_system_file(const InputFile &f) {
  std::string_view name = base_name(f.archive.empty() ? f.path : f.archive);
  if (f.archive.empty())
    return contains({"crt0.o", "crt1.o", "crt1u.o", "crt2.o", "crt2u.o", "dllcrt1.o", "dllcrt2.o", "gcrt0.o",
                     "gcrt1.o", "gcrt2.o", "crtbegin.o", "crtend.o", "binmode.o", "txtmode.o", "CRT_glob.o"},
                    name) ||
           name.starts_with("clang_rt.");
  if (!name.starts_with("lib"))
    return false;
  name = name.substr(3, name.find('.') - 3);
  return contains({"c++",     "c++abi",  "cegcc",     "cygwin",   "gcc",    "gcc_s",     "gcc_eh", "gcj",
                   "mingw32", "mingwex", "mingwthrd", "moldname", "msvcrt", "msvcrt-os", "objc",   "pthread",
                   "stdc++",  "supc++",  "ucrt",      "ucrtbase", "unwind", "winpthread"},
                  name) ||
         name.starts_with("clang_rt") || name.starts_with("msvcr");
}

bool is_system_symbol(std::string_view n) {
  for (std::string_view p :
       {"__imp_", "_imp__", ".refptr.", ".weak.", "_head_", "__head_", "__rtti_", "__builtin_",
        "__IMPORT_DESCRIPTOR_", "__NULL_IMPORT_DESCRIPTOR", "_nm_", "__nm_", "\177"})
    if (n.starts_with(p))
      return true;
  for (std::string_view p : {"_iname", "_NULL_THUNK_DATA"})
    if (n.ends_with(p))
      return true;
  return contains({"DllMain", "DllMainCRTStartup", "DllEntryPoint", "_cygwin_dll_entry",
                   "_cygwin_crt0_common", "_cygwin_noncygwin_dll_entry", "_pei386_runtime_relocator",
                   "do_pseudo_reloc", "_impure_ptr", "impure_ptr", "_fmode", "environ", "__dso_handle",
                   "_tls_used", "_tls_index", "_load_config_used"},
                  n);
}

} // namespace

void PeTarget::export_all(Link &link) {
  const Options &opt = link.opt;
  auto excluded = [&](const CoffObject &o, std::string_view n) {
    return std::find(o.excluded.begin(), o.excluded.end(), n) != o.excluded.end() ||
           std::find(opt.exclude_symbols.begin(), opt.exclude_symbols.end(), n) != opt.exclude_symbols.end();
  };
  for (InputFile *f : link.objects) {
    if (!is_object(*f) || f->exclude_libs || is_system_file(*f))
      continue;
    auto &o = object_of(*f);
    if (o.has_idata)
      continue;
    for (u32 i = 0; i < o.num_symbols; ++i) {
      Symbol *s = o.symbols[i];
      if (!s || s->is_local() || s->file != f || s->native != i || !s->section || s->is_undefined() ||
          s->is_imported() || s->flags & kSymIndirect || is_system_symbol(s->name()) ||
          excluded(o, s->name()))
        continue;
      Export e;
      e.name = e.internal = s->name();
      e.symbol = s;
      e.data = !(s->section->flags & kSecExec);
      exports.push_back(e);
    }
  }
}

void PeTarget::collect_exports(Link &link) {
  const Options &opt = link.opt;
  for (InputFile *f : link.objects)
    if (is_object(*f))
      for (const Export &e : object_of(*f).exports)
        exports.emplace_back(e).file = f;
  dll_name = base_name(opt.output);
  for (InputFile *f : link.objects)
    if (is_object(*f) && !object_of(*f).dll.empty()) // of a .def file
      dll_name = object_of(*f).dll;
  for (Export &e : exports)
    if (!e.symbol)
      e.symbol = link.symbols.find(e.internal);
  bool automatic = link.is_shared() && exports.empty() && !opt.exclude_all_symbols;
  if (automatic || opt.export_all_symbols)
    export_all(link);
  for (Export &e : exports) {
    if (e.name != e.internal && e.internal.find('.') != std::string_view::npos &&
        (!e.symbol || e.symbol->is_undefined())) {
      e.symbol = nullptr; // a forwarder
      continue;
    }
    if (!e.symbol || e.symbol->is_undefined()) {
      link.diag.error("undefined symbol: " + std::string(e.internal) + "\n>>> exported as " +
                      std::string(e.name) + (e.file ? " by " + e.file->display_name() : ""));
      continue;
    }
    if (e.symbol->section && !(e.symbol->section->flags & kSecExec))
      e.data = true;
    e.symbol->flags |= kSymExported;
  }
  if (opt.kill_at)
    for (Export &e : exports)
      if (auto at = e.name.rfind('@'); at != e.name.npos && at != 0)
        e.name = e.name.substr(0, at);
  std::stable_sort(exports.begin(), exports.end(), [](const Export &a, const Export &b) {
    return a.name != b.name ? a.name < b.name : a.ordinal > b.ordinal;
  });
  exports.erase(std::unique(exports.begin(), exports.end(),
                            [](const Export &a, const Export &b) { return a.name == b.name; }),
                exports.end());
}

void PeTarget::make_exports(Link &link) {
  if (exports.empty())
    return;
  export_table = link.synthesize<ExportSection>(*this);
  export_table->plan(link);
}

ExportSection::ExportSection(PeTarget &t) : PeSynthetic(t, ".edata", kRead, 4) {}

void ExportSection::plan(Link &link) {
  std::vector<Export> &exports = target_.exports;
  // Given ordinals stay; the others take the free ones, in the order of their names.
  std::vector<bool> taken(65536);
  u32 low = 65536, high = 0;
  for (const Export &e : exports)
    if (e.ordinal) {
      if (taken[e.ordinal])
        link.diag.error(format("two exports have the ordinal %u", e.ordinal));
      taken[e.ordinal] = true;
      low = std::min<u32>(low, e.ordinal);
      high = std::max<u32>(high, e.ordinal);
    }
  u32 next = low == 65536 ? 1 : low;
  for (Export &e : exports) {
    if (e.ordinal)
      continue;
    while (next < 65536 && taken[next])
      ++next;
    if (next == 65536) {
      link.diag.error("more than 65535 exports");
      return;
    }
    taken[next] = true;
    e.ordinal = static_cast<u16>(next);
    low = std::min(low, next);
    high = std::max(high, next);
  }
  base_ = low;
  count_ = high - low + 1;
  for (u32 i = 0; i < exports.size(); ++i)
    if (!exports[i].noname)
      named_.push_back(i);
  addresses_ = sizeof(ExportDirectory);
  names_ = addresses_ + count_ * 4;
  ordinals_ = names_ + static_cast<u32>(named_.size()) * 4;
  strings_at_ = ordinals_ + static_cast<u32>(named_.size()) * 2;
  strings_ = std::string(target_.dll_name) + '\0';
  for (u32 i : named_) {
    name_offsets_.push_back(static_cast<u32>(strings_.size()));
    strings_.append(exports[i].name).push_back('\0');
  }
  for (const Export &e : exports) {
    forward_offsets_.push_back(static_cast<u32>(strings_.size()));
    if (!e.symbol)
      strings_.append(e.internal).push_back('\0');
  }
  section.size = strings_at_ + strings_.size();
}

void ExportSection::write(Link &, u8 *buf) {
  u32 here = target_.rva(section.address());
  auto &d = *reinterpret_cast<ExportDirectory *>(buf);
  d.Name = here + strings_at_;
  d.OrdinalBase = base_;
  d.AddressTableEntries = count_;
  d.NumberOfNamePointers = static_cast<u32>(named_.size());
  d.ExportAddressTable = here + addresses_;
  d.NamePointer = here + names_;
  d.OrdinalTable = here + ordinals_;
  const std::vector<Export> &exports = target_.exports;
  for (std::size_t i = 0; i < exports.size(); ++i) {
    const Export &e = exports[i];
    store<u32>(buf + addresses_ + (e.ordinal - base_) * 4,
               e.symbol ? target_.rva(e.symbol->value) : here + strings_at_ + forward_offsets_[i]);
  }
  for (std::size_t k = 0; k < named_.size(); ++k) {
    store<u32>(buf + names_ + k * 4, here + strings_at_ + name_offsets_[k]);
    store<u16>(buf + ordinals_ + k * 2, static_cast<u16>(exports[named_[k]].ordinal - base_));
  }
  std::memcpy(buf + strings_at_, strings_.data(), strings_.size());
}

} // namespace gold::coff
