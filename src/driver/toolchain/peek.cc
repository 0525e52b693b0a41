// Reads just enough of ELF (gABI), COFF (Microsoft's PE format document) and Mach-O (mach-o/loader.h)
// objects and of archives to fill InputFacts. The driver may not know the formats' own headers, so
// the few offsets that are needed stand here.
#include "driver/toolchain/peek.h"

#include "driver/directories.h"
#include "support/bytes.h"
#include "support/mapped_file.h"

#include <sys/stat.h>

#include <cctype>
#include <string_view>

namespace gold {

namespace {

u16 get16(ByteView b, u64 off) {
  return b.at<ul16>(off);
}
u32 get32(ByteView b, u64 off) {
  return b.at<ul32>(off);
}
u64 get64(ByteView b, u64 off) {
  return b.at<ul64>(off);
}

void found(InputFacts *f, Format format, Arch arch) {
  if (f->format == Format::Unknown)
    f->format = format;
  if (f->format == format && f->arch == Arch::Unknown)
    f->arch = arch;
}

// Rust's legacy names look like C++'s: _ZN...17h0123456789abcdefE.
bool is_rust_name(std::string_view name) {
  if (name.size() < 22 || !name.ends_with('E') || name.substr(name.size() - 20, 3) != "17h")
    return false;
  for (char c : name.substr(name.size() - 17, 16))
    if (!std::isxdigit(static_cast<unsigned char>(c)))
      return false;
  return true;
}

void undefined_name(std::string_view name, InputFacts *f) {
  if (!name.starts_with('_') || name.size() < 3)
    return;
  if (name[1] == 'Z') {
    if (is_rust_name(name))
      return;
    if (name.find("St3__1") != name.npos)
      f->libcxx = true;
    // std::, operator new and delete, virtual tables of type_info: only the library defines them.
    bool certain = name.starts_with("_ZSt") || name.starts_with("_ZNSt") || name.starts_with("_ZNKSt") ||
                   name.starts_with("_Zn") || name.starts_with("_Zd") ||
                   name.starts_with("_ZTVN10__cxxabiv1");
    f->cxx = std::max(f->cxx, certain ? InputFacts::Yes : InputFacts::Perhaps);
  } else if (name.starts_with("__gxx_personality")) {
    f->cxx = InputFacts::Yes;
  } else if (name.starts_with("__cxa_")) {
    // These four are the C library's.
    std::string_view tail = name.substr(6);
    if (tail != "atexit" && tail != "finalize" && tail != "at_quick_exit" && tail != "thread_atexit_impl")
      f->cxx = InputFacts::Yes;
  }
}

// "GCC: (Debian 12.2.0-14+deb12u1) 12.2.0": the version is the last word, for MinGW "12-posix".
void gcc_identification(std::string_view text, InputFacts *f) {
  while (!text.empty()) {
    std::size_t end = text.find('\0');
    std::string_view line = text.substr(0, end);
    text = end == text.npos ? std::string_view() : text.substr(end + 1);
    if (!line.starts_with("GCC: ("))
      continue;
    std::size_t close = line.rfind(") ");
    if (close == line.npos)
      continue;
    std::string_view version = line.substr(close + 2);
    version = version.substr(0, version.find(' '));
    if (line.find("posix") != line.npos)
      f->thread_model = "posix";
    else if (line.find("win32") != line.npos && f->thread_model.empty())
      f->thread_model = "win32";
    std::string digits(version.substr(0, version.find_first_not_of("0123456789.")));
    if (std::atoi(digits.c_str()) > std::atoi(f->gcc_version.c_str()))
      f->gcc_version = digits;
  }
}

void peek_elf(ByteView b, InputFacts *f) {
  constexpr u16 type_rel = 1, type_dyn = 3, machine_x86_64 = 62, machine_aarch64 = 183;
  constexpr u32 sht_progbits = 1, sht_symtab = 2;
  if (b.at<u8>(4) != 2 || b.at<u8>(5) != 1) // 64-bit, little-endian
    return;
  u16 type = get16(b, 16), machine = get16(b, 18);
  found(f, Format::Elf,
        machine == machine_x86_64    ? Arch::X86_64
        : machine == machine_aarch64 ? Arch::AArch64
                                     : Arch::Unknown);
  if (type == type_dyn)
    f->shared_object = true;
  if (type != type_rel)
    return;
  u64 table = get64(b, 40);
  u64 count = get16(b, 60);
  if (count == 0 && table != 0)
    count = get64(b, table + 32);
  u64 names_index = get16(b, 62);
  if (names_index == 0xffff)
    names_index = get32(b, table + 40);
  ByteView headers = b.sub(table, count > b.size() / 64 ? ~u64(0) : count * 64);
  auto contents = [&](u64 i) { return b.sub(get64(headers, i * 64 + 24), get64(headers, i * 64 + 32)); };
  ByteView names = contents(names_index);
  for (u64 i = 0; i < count; ++i) {
    u32 kind = get32(headers, i * 64 + 4);
    if (kind == sht_progbits && names.cstr(get32(headers, i * 64)) == ".comment")
      gcc_identification(contents(i).str(), f);
    if (kind != sht_symtab)
      continue;
    ByteView symbols = contents(i), strings = contents(get32(headers, i * 64 + 40));
    for (u64 s = get32(headers, i * 64 + 44); s < symbols.size() / 24; ++s) {
      u32 name = get32(symbols, s * 24);
      u16 section = get16(symbols, s * 24 + 6);
      // One byte decides for nearly every name.
      if (!strings.contains(name, 3))
        continue;
      char first = static_cast<char>(strings.data()[name]);
      if (section == 0) {
        if (first == '_')
          undefined_name(strings.cstr(name), f);
        continue;
      }
      if (first == '_' && strings.data()[name + 1] == 's' && strings.cstr(name) == "_start")
        f->defines_start = true;
      if (first == 'm' && strings.cstr(name) == "main")
        f->defines_main = true;
      if (!f->entry.empty() && first == f->entry[0] && strings.cstr(name) == f->entry)
        f->defines_entry = true;
    }
  }
}

Arch coff_arch(u16 machine) {
  return machine == 0x8664                        ? Arch::X86_64
         : machine == 0xaa64 || machine == 0xa641 ? Arch::AArch64
                                                  : Arch::Unknown;
}

// Ordinary objects, /bigobj ones (wider section numbers), and members of import libraries.
void peek_coff(ByteView b, InputFacts *f) {
  bool big = get16(b, 0) == 0 && get16(b, 2) == 0xffff;
  found(f, Format::Coff, coff_arch(get16(b, big ? 6 : 0)));
  if (big && get16(b, 4) < 2)
    return; // an import
  u64 header = big ? 56 : 20 + get16(b, 16), sections = big ? get32(b, 44) : get16(b, 2);
  u64 table = get32(b, big ? 48 : 8), count = get32(b, big ? 52 : 12), entry = big ? 20 : 18;
  if (table == 0)
    return;
  ByteView symbols = b.sub(table, count * entry), strings = b.from(table + count * entry);
  auto name_at = [&](ByteView at, u64 off) -> std::string_view {
    if (get32(at, off) == 0)
      return strings.cstr(get32(at, off + 4));
    std::string_view s = at.sub(off, 8).str();
    return s.substr(0, s.find('\0'));
  };
  for (u64 i = 0; i < count; ++i) {
    u64 off = i * entry;
    bool undefined = big ? get32(symbols, off + 12) == 0 : get16(symbols, off + 12) == 0;
    u8 storage_class = symbols.at<u8>(off + entry - 2);
    if (storage_class == 2) { // external
      std::string_view name = name_at(symbols, off);
      if (undefined)
        undefined_name(name, f);
      else if (name == "mainCRTStartup" || name == "WinMainCRTStartup" || name == "DllMainCRTStartup")
        f->defines_start = true;
      else if (name == "main")
        f->defines_main = true;
      else if (name == "wmain")
        f->defines_wmain = true;
      else if (name == "WinMain")
        f->defines_winmain = true;
      else if (name == "wWinMain")
        f->defines_wwinmain = true;
    }
    i += symbols.at<u8>(off + entry - 1); // auxiliary entries
  }
  // GCC writes who it is into .rdata$zzz, whose name is too long for the header.
  for (u64 i = 0; i < sections; ++i) {
    std::string_view name = b.sub(header + i * 40, 8).str();
    if (name.starts_with('/')) {
      u64 off = 0;
      for (char c : name.substr(1)) {
        if (c < '0' || c > '9')
          break;
        off = off * 10 + static_cast<u64>(c - '0');
      }
      name = strings.cstr(off);
    }
    if (name.starts_with(".rdata$zzz"))
      gcc_identification(b.sub(get32(b, header + i * 40 + 20), get32(b, header + i * 40 + 16)).str(), f);
  }
}

std::string macho_version(u32 v) {
  return std::to_string(v >> 16) + "." + std::to_string(v >> 8 & 0xff) +
         (v & 0xff ? "." + std::to_string(v & 0xff) : "");
}

void peek_macho(ByteView b, InputFacts *f) {
  constexpr u32 lc_symtab = 2, lc_version_min_macosx = 0x24, lc_build_version = 0x32, type_dylib = 6;
  u32 cpu = get32(b, 4), type = get32(b, 12), commands = get32(b, 16);
  found(f, Format::MachO,
        cpu == 0x01000007   ? Arch::X86_64
        : cpu == 0x0100000c ? Arch::AArch64
                            : Arch::Unknown);
  if (type == type_dylib)
    f->shared_object = true;
  u64 off = 32;
  for (u32 i = 0; i < commands; ++i) {
    u32 command = get32(b, off), size = get32(b, off + 4);
    if (size < 8)
      return;
    if (command == lc_build_version && f->platform.empty()) {
      f->platform = std::to_string(get32(b, off + 8));
      f->platform_min = macho_version(get32(b, off + 12));
      f->platform_sdk = macho_version(get32(b, off + 16));
    } else if (command == lc_version_min_macosx && f->platform.empty()) {
      f->platform = "macos";
      f->platform_min = macho_version(get32(b, off + 8));
      f->platform_sdk = macho_version(get32(b, off + 12));
    } else if (command == lc_symtab && type == 1) {
      ByteView symbols = b.sub(get32(b, off + 8), u64(get32(b, off + 12)) * 16);
      ByteView strings = b.sub(get32(b, off + 16), get32(b, off + 20));
      for (u64 s = 0; s < symbols.size(); s += 16) {
        u8 kind = symbols.at<u8>(s + 4);
        if ((kind & 0xe0) || !(kind & 1)) // debug, or local
          continue;
        std::string_view name = strings.cstr(get32(symbols, s));
        if ((kind & 0x0e) != 0)
          f->defines_main |= name == "_main";
        else if (name.starts_with('_'))
          undefined_name(name.substr(1), f); // C names have an underscore more
      }
    }
    off += size;
  }
}

// A number in decimal, padded with blanks.
u64 archive_number(std::string_view text) {
  u64 v = 0;
  for (char c : text) {
    if (c < '0' || c > '9')
      break;
    v = v * 10 + static_cast<u64>(c - '0');
  }
  return v;
}

// Of archives, the index says whether C++ is inside, and the first object for which machine they are.
void peek_archive(const std::string &path, ByteView b, InputFacts *f) {
  bool thin = b.str().starts_with("!<thin>");
  ByteView long_names;
  for (u64 off = 8; b.contains(off, 60);) {
    std::string_view header = b.sub(off, 60).str(), name = header.substr(0, 16);
    u64 size = archive_number(header.substr(48, 10));
    bool index = name.starts_with("/ ") || name.starts_with("/SYM64/"), names = name.starts_with("// ");
    off += 60;
    if (index || names || !thin) {
      ByteView member = b.sub(off, std::min(size, b.size() - off));
      off += size + (size & 1);
      if (names)
        long_names = member;
      if (index) {
        if (member.str().find("_Z") != std::string_view::npos)
          f->cxx = std::max(f->cxx, InputFacts::Perhaps);
        if (member.str().find("_ZNSt3__1") != std::string_view::npos)
          f->libcxx = true;
      }
      if (index || names)
        continue;
      if (name.starts_with("#1/")) { // BSD: the name comes first
        u64 length = archive_number(name.substr(3));
        if (member.sub(0, length).str().starts_with("__.SYMDEF"))
          continue;
        member = member.from(length);
      } else if (name.starts_with("__.SYMDEF")) {
        continue;
      }
      InputFacts only;
      peek_bytes("", member.data(), member.size(), &only);
      if (only.format != Format::Unknown)
        return found(f, only.format, only.arch);
      continue;
    }
    // A thin archive's member is a file of its own, named relative to the archive.
    std::string file;
    if (name[0] == '/') {
      std::string_view rest = long_names.from(archive_number(name.substr(1))).str();
      file = rest.substr(0, rest.find("/\n"));
    } else {
      file = name.substr(0, name.find('/'));
    }
    if (!file.starts_with('/'))
      if (std::size_t slash = path.rfind('/'); slash != path.npos)
        file = path.substr(0, slash + 1) + file;
    std::string ignored;
    InputFacts only;
    if (const MappedFile *m = file_exists(file) ? map_file(file, &ignored) : nullptr)
      peek_bytes("", m->bytes.data(), m->bytes.size(), &only);
    if (only.format != Format::Unknown)
      return found(f, only.format, only.arch);
  }
}

void peek(const std::string &path, ByteView b, InputFacts *f) {
  if (b.size() < 20)
    return;
  std::string_view text = b.str();
  if (text.starts_with("\177ELF"))
    return peek_elf(b, f);
  if (text.starts_with("!<arch>\n") || text.starts_with("!<thin>\n"))
    return path.empty() ? void() : peek_archive(path, b, f);
  switch (get32(b, 0)) {
  case 0xfeedfacf:
    return peek_macho(b, f);
  case 0xbebafeca: // a universal file: the architecture must come from elsewhere
  case 0xbfbafeca:
    return found(f, Format::MachO, Arch::Unknown);
  case 0xdec04342: // as a file, and in the wrapper that Apple's tools use
  case 0x0b17c0de:
    f->bitcode = true;
    return;
  }
  if (text.starts_with("go object ")) { // "go object linux amd64 go1.26.1 ..."
    std::string_view line = text.substr(0, text.find('\n'));
    bool arm = line.find(" arm64 ") != line.npos, amd = line.find(" amd64 ") != line.npos;
    return found(f, Format::Go, arm ? Arch::AArch64 : amd ? Arch::X86_64 : Arch::Unknown);
  }
  if (text.starts_with("--- !tapi") || text.starts_with("---\narchs:"))
    return found(f, Format::MachO, Arch::Unknown);
  if (text.starts_with("MZ")) {
    u64 pe = get32(b, 60);
    if (b.sub(pe, 4).str() == std::string_view("PE\0\0", 4)) {
      found(f, Format::Coff, coff_arch(get16(b, pe + 4)));
      f->shared_object = true;
    }
    return;
  }
  bool anonymous = get16(b, 0) == 0 && get16(b, 2) == 0xffff;
  if (coff_arch(get16(b, anonymous ? 6 : 0)) != Arch::Unknown)
    peek_coff(b, f);
}

} // namespace

void peek_bytes(const std::string &path, const u8 *data, u64 size, InputFacts *facts) {
  try {
    peek(path, ByteView(data, size), facts);
  } catch (const InputError &) {
    // The reader of the format will say what is wrong with the file, and where.
  }
}

InputFacts peek_inputs(const std::vector<InputArg> &inputs, const std::string &entry,
                       std::vector<std::string> *errors) {
  InputFacts facts;
  facts.entry = entry;
  for (const InputArg &in : inputs) {
    if (in.kind != InputArg::File || in.binary)
      continue;
    struct stat st;
    if (stat(in.name.c_str(), &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
      continue; // a pipe can be read only once
    std::string why;
    const MappedFile *m = map_file(in.name, &why);
    if (!m)
      errors->push_back("cannot open " + in.name + ": " + why);
    else
      peek_bytes(in.name, m->bytes.data(), m->bytes.size(), &facts);
  }
  return facts;
}

} // namespace gold
