// Header and load commands (<mach-o/loader.h>).
//
// The commands are made twice: when segments and sections are known, for their size, and when everything
// has its address.
#include "writers/macho/relocatable.h"

#include <algorithm>
#include <cstdlib>

namespace gold::macho {

namespace {

struct PlatformName {
  std::string_view name;
  u32 number;
};
constexpr PlatformName kPlatforms[] = {
    {"macos", PLATFORM_MACOS},
    {"ios", PLATFORM_IOS},
    {"tvos", PLATFORM_TVOS},
    {"watchos", PLATFORM_WATCHOS},
    {"bridgeos", PLATFORM_BRIDGEOS},
    {"mac-catalyst", PLATFORM_MACCATALYST},
    {"ios-simulator", PLATFORM_IOSSIMULATOR},
    {"tvos-simulator", PLATFORM_TVOSSIMULATOR},
    {"watchos-simulator", PLATFORM_WATCHOSSIMULATOR},
    {"driverkit", PLATFORM_DRIVERKIT},
    {"xros", PLATFORM_VISIONOS},
    {"xros-simulator", PLATFORM_VISIONOSSIMULATOR},
};

// "13.3.1" as xxxx.yy.zz.
u32 version_number(std::string_view s) {
  u32 part[3] = {};
  u32 k = 0;
  for (char c : s)
    if (c == '.') {
      if (++k == 3)
        break;
    } else if (c >= '0' && c <= '9') {
      part[k] = std::min<u32>(part[k] * 10 + static_cast<u32>(c - '0'), 0xffff);
    }
  return part[0] << 16 | std::min(part[1], 255u) << 8 | std::min(part[2], 255u);
}

// A.B.C.D.E as 24 bits and four times 10.
u64 source_version(std::string_view s) {
  u64 v = 0;
  for (u32 shift = 40;; shift -= 10) {
    std::size_t dot = s.find('.');
    u64 part = 0, most = shift == 40 ? 0xffffff : 0x3ff;
    for (char c : s.substr(0, dot))
      part = std::min(part * 10 + static_cast<u64>(c - '0'), most);
    v |= part << shift;
    if (dot == s.npos || shift == 0)
      return v;
    s.remove_prefix(dot + 1);
  }
}

template <class T> T &append(std::vector<u8> &v, u32 cmd) {
  v.resize(v.size() + sizeof(T));
  T &t = *reinterpret_cast<T *>(v.data() + v.size() - sizeof(T));
  t.cmd = cmd;
  t.cmdsize = sizeof(T);
  return t;
}

// Appends a string to the command that begins at `begin`, padded to 8 bytes, and sets its size.
void append_string(std::vector<u8> &v, std::size_t begin, std::string_view s) {
  v.insert(v.end(), s.begin(), s.end());
  v.resize(begin + align_up(v.size() + 1 - begin, 8));
  reinterpret_cast<LoadCommand *>(v.data() + begin)->cmdsize = static_cast<u32>(v.size() - begin);
}

void append_dylib(std::vector<u8> &v, u32 cmd, std::string_view name, u32 current, u32 compatibility) {
  std::size_t begin = v.size();
  auto &d = append<DylibCommand>(v, cmd);
  d.name_offset = sizeof(DylibCommand);
  d.timestamp = 2;
  d.current_version = current;
  d.compatibility_version = compatibility;
  append_string(v, begin, name);
}

void append_path(std::vector<u8> &v, u32 cmd, std::string_view path) {
  std::size_t begin = v.size();
  append<StringCommand>(v, cmd).offset = sizeof(StringCommand);
  append_string(v, begin, path);
}

u32 version_or(const std::string &s, u32 otherwise) {
  return s.empty() ? otherwise : version_number(s);
}

} // namespace

void MachTarget::set_platform(Link &link) {
  const Options &opt = link.opt;
  for (const PlatformName &p : kPlatforms)
    if (opt.platform == p.name)
      platform = p.number;
  min_version = opt.platform_min.empty() ? (arch() == Arch::AArch64 ? 11u << 16 : 10u << 16 | 15 << 8)
                                         : version_number(opt.platform_min);
  sdk_version = opt.platform_sdk.empty() ? min_version : version_number(opt.platform_sdk);
  flat = opt.flat_namespace;
  // dyld of macOS 11 and iOS 13.4 knows chained fixups; macOS on x86-64 got them with 12.
  u32 since = platform == PLATFORM_MACOS || platform == PLATFORM_MACCATALYST
                  ? (arch() == Arch::AArch64 ? 11u << 16 : 12u << 16)
              : platform == PLATFORM_IOS || platform == PLATFORM_TVOS ? 13u << 16 | 4 << 8
                                                                      : 0;
  chained = opt.fixup_chains && min_version >= since;
}

std::string MachTarget::platform_name(u32 number) {
  for (const PlatformName &p : kPlatforms)
    if (p.number == number)
      return std::string(p.name);
  return "platform " + std::to_string(number);
}

bool MachTarget::signs(const Link &link) const {
  if (link.opt.no_adhoc_codesign)
    return false;
  return link.opt.adhoc_codesign || arch() == Arch::AArch64 || platform == PLATFORM_IOSSIMULATOR ||
         platform == PLATFORM_TVOSSIMULATOR || platform == PLATFORM_WATCHOSSIMULATOR;
}

void MachTarget::append_platform(std::vector<u8> &v) const {
  if (platform == PLATFORM_MACOS && min_version < (10u << 16 | 14 << 8)) {
    auto &m = append<VersionMinCommand>(v, LC_VERSION_MIN_MACOSX);
    m.version = min_version;
    m.sdk = sdk_version;
  } else {
    std::size_t begin = v.size();
    auto &b = append<BuildVersionCommand>(v, LC_BUILD_VERSION);
    b.platform = platform;
    b.minos = min_version;
    b.sdk = sdk_version;
    b.ntools = 1;
    v.resize(v.size() + sizeof(BuildToolVersion));
    auto &tool = *reinterpret_cast<BuildToolVersion *>(v.data() + v.size() - sizeof(BuildToolVersion));
    tool.tool = TOOL_LD;
    tool.version = 1 << 16;
    reinterpret_cast<LoadCommand *>(v.data() + begin)->cmdsize = static_cast<u32>(v.size() - begin);
  }
}

void MachTarget::append_commands(Link &link, std::vector<u8> &v) {
  const Options &opt = link.opt;
  v.clear();
  auto at = [](const MachSynthetic *s) {
    return s && s->section.output ? s->section.output->offset + s->section.offset : 0;
  };
  auto size = [](const MachSynthetic *s) { return s ? s->section.size : 0; };
  auto linkedit = [&](u32 cmd, const MachSynthetic *s) {
    auto &d = append<LinkeditDataCommand>(v, cmd);
    d.dataoff = static_cast<u32>(at(s));
    d.datasize = static_cast<u32>(size(s));
  };
  if (object) {
    object->append_commands(v);
    append_platform(v);
    if (data_in_code)
      linkedit(LC_DATA_IN_CODE, data_in_code);
    return;
  }
  auto stub_index = [&](const OutputSection &o) -> u32 {
    for (const PointerSection *p : {got, thread_ptrs})
      if (p && p->section.output == &o)
        return p->first_indirect;
    return stubs && stubs->section.output == &o ? stubs->first_indirect : 0;
  };
  for (const Segment &s : link.segments) {
    std::size_t begin = v.size();
    append<SegmentCommand>(v, LC_SEGMENT_64);
    u32 n = 0;
    for (const OutputSection *o : link.outputs) {
      if (!o->index || o->name.substr(0, o->name.find(',')) != s.name)
        continue;
      ++n;
      v.resize(v.size() + sizeof(SectionHeader));
      auto &h = *reinterpret_cast<SectionHeader *>(v.data() + v.size() - sizeof(SectionHeader));
      h.segname.set(s.name);
      h.sectname.set(o->name.substr(o->name.find(',') + 1));
      h.addr = o->addr;
      h.size = o->size;
      bool zero = o->flags & kSecZeroFill;
      h.offset = zero ? 0 : static_cast<u32>(o->offset);
      h.align = static_cast<u32>(std::countr_zero(o->align));
      h.flags = o->native_type | static_cast<u32>(o->native_flags);
      h.reserved1 = stub_index(*o);
      h.reserved2 = o->native_type == S_SYMBOL_STUBS ? mach_arch.info.stub_size : 0;
    }
    auto &c = *reinterpret_cast<SegmentCommand *>(v.data() + begin);
    c.cmdsize = static_cast<u32>(v.size() - begin);
    c.segname.set(s.name);
    c.vmaddr = s.addr;
    c.vmsize = s.mem_size;
    c.fileoff = s.offset;
    c.filesize = s.file_size;
    c.maxprot = c.initprot = s.native_flags;
    c.nsects = n;
    c.flags = s.name == "__DATA_CONST" ? SG_READ_ONLY : 0;
  }
  if (link.is_shared() && !opt.macho_bundle)
    append_dylib(v, LC_ID_DYLIB, opt.install_name, version_or(opt.current_version, 0),
                 version_or(opt.compatibility_version, 0));
  if (!opt.umbrella.empty())
    append_path(v, LC_SUB_FRAMEWORK, opt.umbrella);
  for (const std::string &client : opt.allowable_clients)
    append_path(v, LC_SUB_CLIENT, client);
  if (chained) {
    linkedit(LC_DYLD_CHAINED_FIXUPS, chained_fixups);
    linkedit(LC_DYLD_EXPORTS_TRIE, exports);
  } else {
    auto &d = append<DyldInfoCommand>(v, LC_DYLD_INFO_ONLY);
    auto set = [&](ul32 &offset, ul32 &bytes, const MachSynthetic *s) {
      offset = size(s) ? static_cast<u32>(at(s)) : 0;
      bytes = static_cast<u32>(size(s));
    };
    set(d.rebase_off, d.rebase_size, rebase);
    set(d.bind_off, d.bind_size, bind);
    set(d.weak_bind_off, d.weak_bind_size, weak_bind);
    set(d.export_off, d.export_size, exports);
  }
  auto &st = append<SymtabCommand>(v, LC_SYMTAB);
  auto &dst_first = st;
  dst_first.symoff = static_cast<u32>(at(symtab));
  dst_first.nsyms = symtab ? symtab->local_count + symtab->defined_count + symtab->undefined_count : 0;
  dst_first.stroff = static_cast<u32>(at(strtab));
  dst_first.strsize = static_cast<u32>(size(strtab));
  auto &dst = append<DysymtabCommand>(v, LC_DYSYMTAB);
  if (symtab) {
    dst.nlocalsym = symtab->local_count;
    dst.iextdefsym = symtab->local_count;
    dst.nextdefsym = symtab->defined_count;
    dst.iundefsym = symtab->local_count + symtab->defined_count;
    dst.nundefsym = symtab->undefined_count;
    if (indirect->section.size) {
      dst.indirectsymoff = static_cast<u32>(at(indirect));
      dst.nindirectsyms =
          static_cast<u32>(stubs->entries.size() + got->slots.size() + thread_ptrs->slots.size());
    }
  }
  if (!link.is_shared())
    append_path(v, LC_LOAD_DYLINKER, "/usr/lib/dyld");
  if (!opt.no_uuid) {
    append<UuidCommand>(v, LC_UUID);
    uuid_at_ = static_cast<u32>(v.size() - 16);
  }
  append_platform(v);
  append<SourceVersionCommand>(v, LC_SOURCE_VERSION).version = source_version(opt.source_version);
  if (link.entry) {
    u64 entry = 0;
    if (addresses_final)
      entry = (binds(*link.entry) && !link.entry->section ? stub_address(link, *link.entry)
                                                          : address_of(*link.entry)) -
              link.image_base;
    auto &m = append<EntryPointCommand>(v, LC_MAIN);
    m.entryoff = entry;
    m.stacksize = opt.stack_size;
  }
  for (const MachDylib *d : dylibs)
    append_dylib(v,
                 d->reexport    ? LC_REEXPORT_DYLIB
                 : d->weak_link ? LC_LOAD_WEAK_DYLIB
                 : d->upward    ? LC_LOAD_UPWARD_DYLIB
                                : LC_LOAD_DYLIB,
                 d->install_name, d->current_version, d->compatibility_version);
  for (const std::string &p : opt.rpaths)
    append_path(v, LC_RPATH, p);
  if (function_starts)
    linkedit(LC_FUNCTION_STARTS, function_starts);
  if (data_in_code)
    linkedit(LC_DATA_IN_CODE, data_in_code);
  if (signature)
    linkedit(LC_CODE_SIGNATURE, signature);
}

void MachTarget::write_headers(Link &link, u8 *buf) {
  const Options &opt = link.opt;
  append_commands(link, commands_);
  auto &h = *reinterpret_cast<Header *>(buf);
  h.magic = MH_MAGIC_64;
  h.cputype = mach_arch.info.cputype;
  h.cpusubtype = mach_arch.info.cpusubtype;
  h.filetype = object ? MH_OBJECT : opt.macho_bundle ? MH_BUNDLE : link.is_shared() ? MH_DYLIB : MH_EXECUTE;
  u32 n = 0;
  for (std::size_t at = 0; at < commands_.size(); ++n)
    at += reinterpret_cast<const LoadCommand *>(commands_.data() + at)->cmdsize;
  h.ncmds = n;
  h.sizeofcmds = static_cast<u32>(commands_.size());
  if (object) {
    h.flags = object->subsections() ? u32(MH_SUBSECTIONS_VIA_SYMBOLS) : 0u;
    std::memcpy(buf + sizeof(Header), commands_.data(), commands_.size());
    return;
  }
  u32 flags = MH_DYLDLINK | (flat ? 0u : u32(MH_TWOLEVEL));
  flags |= (opt.root_safe ? u32(MH_ROOT_SAFE) : 0u) | (opt.setuid_safe ? u32(MH_SETUID_SAFE) : 0u);
  if (opt.force_flat_namespace && !link.is_shared())
    flags |= MH_FORCE_FLAT;
  if (std::none_of(imports.begin(), imports.end(), [](Symbol *s) { return s->is_undefined(); }))
    flags |= MH_NOUNDEFS;
  if (link.opt.kind == OutputKind::Pie)
    flags |= MH_PIE;
  if (has_weak_exports)
    flags |= MH_WEAK_DEFINES;
  if (binds_weak || has_weak_exports)
    flags |= MH_BINDS_TO_WEAK;
  if (has_tlv)
    flags |= MH_HAS_TLV_DESCRIPTORS;
  if (opt.z_now)
    flags |= MH_BINDATLOAD;
  if (opt.z_execstack && !link.is_shared())
    flags |= MH_ALLOW_STACK_EXECUTION;
  if (link.is_shared() && !opt.macho_bundle) {
    if (std::none_of(dylibs.begin(), dylibs.end(), [](MachDylib *d) { return d->reexport; }))
      flags |= MH_NO_REEXPORTED_DYLIBS;
    if (opt.mark_dead_strippable_dylib)
      flags |= MH_DEAD_STRIPPABLE_DYLIB;
    if (opt.application_extension)
      flags |= MH_APP_EXTENSION_SAFE;
  }
  h.flags = flags;
  std::memcpy(buf + sizeof(Header), commands_.data(), commands_.size());
}

void MachTarget::finish(Link &link, OutputFile &out, const u8 (&identity)[64]) {
  if (object)
    return;
  if (!link.opt.no_uuid) {
    u8 uuid[16];
    std::memcpy(uuid, identity, sizeof uuid);
    // As a name-based UUID (RFC 9562, version 3) of the IETF's variant.
    uuid[6] = static_cast<u8>((uuid[6] & 0x0f) | 0x30);
    uuid[8] = static_cast<u8>((uuid[8] & 0x3f) | 0x80);
    out.write(uuid, sizeof uuid, sizeof(Header) + uuid_at_);
  }
  if (signature)
    signature->sign(link, out);
}

} // namespace gold::macho
