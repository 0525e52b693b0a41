// Headers of a Mach-O object: load commands, sections, symbol table.
#include "readers/macho/object_parts.h"

#include <algorithm>

namespace gold::macho {

namespace {

// A string table cut behind its last NUL.
std::string_view cut(ByteView b) {
  std::string_view s = b.str();
  return s.substr(0, s.rfind('\0') + 1); // npos + 1 is 0
}

std::string_view joined_name(const SectionHeader &h) {
  std::string_view seg = h.segname.view(), sect = h.sectname.view();
  auto *p = static_cast<char *>(Arena::allocate(seg.size() + sect.size() + 2, 1));
  std::memcpy(p, seg.data(), seg.size());
  p[seg.size()] = ',';
  std::memcpy(p + seg.size() + 1, sect.data(), sect.size());
  return {p, seg.size() + sect.size() + 1};
}

void read_segment(MachObject &o, u64 at, ByteView cmd) {
  const auto &seg = cmd.at<SegmentCommand>(0, "segment command");
  auto headers = cmd.array<SectionHeader>(sizeof(SegmentCommand), seg.nsects, "section headers");
  if (headers.size() > 255)
    throw InputError("more than 255 sections", at);
  if (!o.native.empty())
    throw InputError("an object with two segments", at);
  o.native = std::vector<NativeSection>(headers.size() + 1);
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const SectionHeader &h = headers[i];
    u64 where = at + sizeof(SegmentCommand) + i * sizeof(SectionHeader);
    NativeSection &n = o.native[i + 1];
    n.header = &h;
    n.name = joined_name(h);
    if (h.align > 24)
      throw InputError("section " + std::string(n.name) + " has the impossible alignment 2^" +
                           std::to_string(u32(h.align)),
                       where);
    u32 type = n.type();
    bool zero = type == S_ZEROFILL || type == S_GB_ZEROFILL || type == S_THREAD_LOCAL_ZEROFILL;
    if (h.size > 0xffffffff || h.addr > (u64(1) << 56))
      throw InputError("section " + std::string(n.name) + " is too large", where);
    if (!zero && !o.bytes.contains(h.offset, h.size))
      throw InputError("contents of section " + std::string(n.name) + " lie outside of the file", where);
    n.relocs = o.bytes.array<RelocationInfo>(h.nreloc ? u32(h.reloff) : 0, h.nreloc, "relocations");
    if (zero && h.nreloc)
      throw InputError("relocations for section " + std::string(n.name) + ", which has no contents", where);
    if (h.segname.view() == "__DWARF") {
      std::string_view s = h.sectname.view();
      if (s == "__debug_info")
        o.debug_info = &h;
      else if (s == "__debug_abbrev")
        o.debug_abbrev = &h;
      else if (s == "__debug_str")
        o.debug_str = &h;
      else if (s == "__debug_str_offs")
        o.debug_str_offsets = &h;
    }
  }
}

// Relocations are wanted by descending address, as assemblers write them; others write them as they like.
void sort_relocations(NativeSection &n) {
  auto place = [](const RelocationInfo &r) { return i32(r.r_address); };
  bool sorted = true;
  for (std::size_t i = 1; i < n.relocs.size() && sorted; ++i)
    sorted = place(n.relocs[i - 1]) >= place(n.relocs[i]);
  if (sorted)
    return;
  auto copy = Arena::array<RelocationInfo>(n.relocs.size());
  std::copy(n.relocs.begin(), n.relocs.end(), copy.begin());
  std::stable_sort(copy.begin(), copy.end(), [&](auto &a, auto &b) { return place(a) > place(b); });
  n.relocs = copy;
}

} // namespace

SymbolTable read_symbol_table(ByteView b) {
  SymbolTable t;
  u64 locals = 0, defined = 0, undefined = 0;
  bool sorted = false;
  for_each_command(b, [&](u32 cmd, u64 at, ByteView c) {
    if (cmd == LC_SYMTAB) {
      const auto &s = c.at<SymtabCommand>(0, "symbol table command");
      t.nlists = b.array<Nlist>(s.symoff, s.nsyms, "symbol table");
      t.strtab = cut(b.sub(s.stroff, s.strsize, "string table"));
      if (t.nlists.size() >= (1u << 24))
        throw InputError("too many symbols", at);
    } else if (cmd == LC_DYSYMTAB) {
      const auto &d = c.at<DysymtabCommand>(0, "dynamic symbol table command");
      locals = d.nlocalsym;
      defined = d.nextdefsym;
      undefined = d.nundefsym;
      sorted = d.ilocalsym == 0 && (d.iextdefsym == locals || !defined) &&
               (d.iundefsym == locals + defined || !undefined);
    }
  });
  if (sorted && locals + defined + undefined == t.nlists.size()) {
    t.first_global = static_cast<u32>(locals);
    t.globals = defined + undefined;
    return t;
  }
  for (const Nlist &n : t.nlists)
    t.globals += !n.is_stab() && n.is_external();
  return t;
}

void read_headers(MachObject &o) {
  const Header &h = o.bytes.at<Header>(0, "Mach-O header");
  o.cputype = h.cputype;
  o.flags = h.flags;
  if (h.filetype != MH_OBJECT)
    throw InputError("not a relocatable object", 12);
  for_each_command(o.bytes, [&](u32 cmd, u64 at, ByteView c) {
    switch (cmd) {
    case LC_SEGMENT_64:
      read_segment(o, at, c);
      break;
    case LC_DATA_IN_CODE: {
      const auto &d = c.at<LinkeditDataCommand>(0, "data in code command");
      o.data_in_code =
          o.bytes.array<DataInCodeEntry>(d.dataoff, d.datasize / sizeof(DataInCodeEntry), "data in code");
      break;
    }
    case LC_BUILD_VERSION: {
      const auto &v = c.at<BuildVersionCommand>(0, "build version command");
      o.platform = v.platform;
      o.platform_min = v.minos;
      break;
    }
    case LC_VERSION_MIN_MACOSX:
    case LC_VERSION_MIN_IPHONEOS:
    case LC_VERSION_MIN_TVOS:
    case LC_VERSION_MIN_WATCHOS: {
      const auto &v = c.at<VersionMinCommand>(0, "version command");
      o.platform = cmd == LC_VERSION_MIN_MACOSX     ? PLATFORM_MACOS
                   : cmd == LC_VERSION_MIN_IPHONEOS ? PLATFORM_IOS
                   : cmd == LC_VERSION_MIN_TVOS     ? PLATFORM_TVOS
                                                    : PLATFORM_WATCHOS;
      o.platform_min = v.version;
      break;
    }
    case LC_LINKER_OPTION: {
      std::string_view words = cut(c.from(sizeof(LinkerOptionCommand)));
      o.linker_options.push_back(words.substr(0, words.find_last_not_of('\0') + 1));
      break;
    }
    default:
      break;
    }
  });
  if (o.native.empty())
    o.native = std::vector<NativeSection>(1);
  for (u32 i = 1; i < o.native.size(); ++i) {
    NativeSection &n = o.native[i];
    if (n.header->segname.view() == "__DWARF")
      continue;
    sort_relocations(n);
    if (n.name == "__TEXT,__eh_frame")
      o.eh_frame = i;
  }
}

bool has_objc(ByteView b) {
  bool found = false;
  try {
    for_each_command(b, [&](u32 cmd, u64, ByteView c) {
      if (cmd != LC_SEGMENT_64)
        return;
      const auto &seg = c.at<SegmentCommand>(0, "segment command");
      for (const SectionHeader &h :
           c.array<SectionHeader>(sizeof(SegmentCommand), seg.nsects, "section headers")) {
        std::string_view s = h.sectname.view();
        found |= s == "__objc_classlist" || s == "__objc_catlist" || s == "__objc_nlcatlist";
      }
    });
  } catch (const InputError &) {
    // reported if it is linked
  }
  return found;
}

std::vector<std::string_view> linker_options(ByteView b) {
  std::vector<std::string_view> found;
  try {
    for_each_command(b, [&](u32 cmd, u64, ByteView c) {
      if (cmd != LC_LINKER_OPTION)
        return;
      std::string_view words = cut(c.from(sizeof(LinkerOptionCommand)));
      while (words.ends_with('\0'))
        words.remove_suffix(1);
      found.push_back(words);
    });
  } catch (const InputError &) {
    // reported when the object is read
  }
  return found;
}

std::vector<std::string_view> defined_names(ByteView b) {
  std::vector<std::string_view> names;
  if (b.size() < sizeof(Header) || b.at<Header>(0).magic != MH_MAGIC_64 ||
      b.at<Header>(0).filetype != MH_OBJECT)
    return names;
  SymbolTable t = read_symbol_table(b);
  for (const Nlist &n : t.nlists)
    if (!n.is_stab() && n.is_external() && (n.type() != N_UNDF || n.n_value))
      names.push_back(symbol_name(t.strtab, n));
  return names;
}

Arch arch_of(ByteView b) {
  if (b.size() < sizeof(Header) || b.at<Header>(0).magic != MH_MAGIC_64)
    return Arch::Unknown;
  const Header &h = b.at<Header>(0);
  if (h.cputype == CPU_TYPE_X86_64)
    return Arch::X86_64;
  if (h.cputype == CPU_TYPE_ARM64 && (h.cpusubtype & ~CPU_SUBTYPE_MASK) != CPU_SUBTYPE_ARM64E)
    return Arch::AArch64;
  return Arch::Unknown;
}

} // namespace gold::macho
