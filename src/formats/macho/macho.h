// Mach-O on disk: structures and numbers that the linker uses, under their official names.
//
// From Apple's headers <mach-o/loader.h>, <mach-o/nlist.h>, <mach-o/reloc.h>, <mach-o/x86_64/reloc.h>,
// <mach-o/arm64/reloc.h>, <mach-o/fixup-chains.h>, <mach-o/compact_unwind_encoding.h>, <mach-o/fat.h> and
// <kern/cs_blobs.h>. Only the 64-bit little-endian forms are here.
#pragma once

#include "support/types.h"

#include <string_view>

namespace gold::macho {

// A 16-byte name field: no NUL when all 16 are used.
struct Name16 {
  char bytes[16];
  std::string_view view() const {
    std::size_t n = 0;
    while (n < 16 && bytes[n])
      ++n;
    return {bytes, n};
  }
  void set(std::string_view s) {
    for (std::size_t i = 0; i < 16; ++i)
      bytes[i] = i < s.size() ? s[i] : '\0';
  }
};

constexpr u32 MH_MAGIC_64 = 0xfeedfacf;
constexpr u32 FAT_MAGIC = 0xcafebabe, FAT_MAGIC_64 = 0xcafebabf; // big-endian on disk

constexpr u32 CPU_TYPE_X86_64 = 0x01000007, CPU_TYPE_ARM64 = 0x0100000c;
constexpr u32 CPU_SUBTYPE_X86_64_ALL = 3, CPU_SUBTYPE_ARM64_ALL = 0, CPU_SUBTYPE_ARM64E = 2;
constexpr u32 CPU_SUBTYPE_MASK = 0xff000000;

enum : u32 { MH_OBJECT = 1, MH_EXECUTE = 2, MH_DYLIB = 6, MH_BUNDLE = 8, MH_DYLIB_STUB = 9 };
enum : u32 {
  MH_NOUNDEFS = 0x1,
  MH_DYLDLINK = 0x4,
  MH_BINDATLOAD = 0x8,
  MH_TWOLEVEL = 0x80,
  MH_FORCE_FLAT = 0x100,
  MH_SUBSECTIONS_VIA_SYMBOLS = 0x2000,
  MH_WEAK_DEFINES = 0x8000,
  MH_BINDS_TO_WEAK = 0x10000,
  MH_ALLOW_STACK_EXECUTION = 0x20000,
  MH_ROOT_SAFE = 0x40000,
  MH_SETUID_SAFE = 0x80000,
  MH_NO_REEXPORTED_DYLIBS = 0x100000,
  MH_PIE = 0x200000,
  MH_DEAD_STRIPPABLE_DYLIB = 0x400000,
  MH_HAS_TLV_DESCRIPTORS = 0x800000,
  MH_APP_EXTENSION_SAFE = 0x2000000,
};

struct Header {
  ul32 magic, cputype, cpusubtype, filetype, ncmds, sizeofcmds, flags, reserved;
};
static_assert(sizeof(Header) == 32);

struct LoadCommand {
  ul32 cmd, cmdsize;
};

constexpr u32 LC_REQ_DYLD = 0x80000000;
enum : u32 {
  LC_SYMTAB = 0x2,
  LC_DYSYMTAB = 0xb,
  LC_LOAD_DYLIB = 0xc,
  LC_ID_DYLIB = 0xd,
  LC_LOAD_DYLINKER = 0xe,
  LC_SUB_FRAMEWORK = 0x12,
  LC_SUB_CLIENT = 0x14,
  LC_LOAD_WEAK_DYLIB = 0x18 | LC_REQ_DYLD,
  LC_LOAD_UPWARD_DYLIB = 0x23 | LC_REQ_DYLD,
  LC_SEGMENT_64 = 0x19,
  LC_UUID = 0x1b,
  LC_RPATH = 0x1c | LC_REQ_DYLD,
  LC_CODE_SIGNATURE = 0x1d,
  LC_REEXPORT_DYLIB = 0x1f | LC_REQ_DYLD,
  LC_DYLD_INFO = 0x22,
  LC_DYLD_INFO_ONLY = 0x22 | LC_REQ_DYLD,
  LC_VERSION_MIN_MACOSX = 0x24,
  LC_VERSION_MIN_IPHONEOS = 0x25,
  LC_FUNCTION_STARTS = 0x26,
  LC_MAIN = 0x28 | LC_REQ_DYLD,
  LC_DATA_IN_CODE = 0x29,
  LC_SOURCE_VERSION = 0x2a,
  LC_LINKER_OPTION = 0x2d,
  LC_LINKER_OPTIMIZATION_HINT = 0x2e,
  LC_VERSION_MIN_TVOS = 0x2f,
  LC_VERSION_MIN_WATCHOS = 0x30,
  LC_BUILD_VERSION = 0x32,
  LC_DYLD_EXPORTS_TRIE = 0x33 | LC_REQ_DYLD,
  LC_DYLD_CHAINED_FIXUPS = 0x34 | LC_REQ_DYLD,
};

struct SegmentCommand {
  ul32 cmd, cmdsize;
  Name16 segname;
  ul64 vmaddr, vmsize, fileoff, filesize;
  ul32 maxprot, initprot, nsects, flags;
};
static_assert(sizeof(SegmentCommand) == 72);
constexpr u32 VM_PROT_READ = 1, VM_PROT_WRITE = 2, VM_PROT_EXECUTE = 4;
constexpr u32 SG_READ_ONLY = 0x10; // read-only once dyld has applied the fixups

struct SectionHeader {
  Name16 sectname, segname;
  ul64 addr, size;
  ul32 offset, align, reloff, nreloc, flags, reserved1, reserved2, reserved3;
};
static_assert(sizeof(SectionHeader) == 80);

constexpr u32 SECTION_TYPE = 0xff;
enum : u32 {
  S_REGULAR = 0x0,
  S_ZEROFILL = 0x1,
  S_CSTRING_LITERALS = 0x2,
  S_4BYTE_LITERALS = 0x3,
  S_8BYTE_LITERALS = 0x4,
  S_LITERAL_POINTERS = 0x5,
  S_NON_LAZY_SYMBOL_POINTERS = 0x6,
  S_LAZY_SYMBOL_POINTERS = 0x7,
  S_SYMBOL_STUBS = 0x8,
  S_MOD_INIT_FUNC_POINTERS = 0x9,
  S_MOD_TERM_FUNC_POINTERS = 0xa,
  S_COALESCED = 0xb,
  S_GB_ZEROFILL = 0xc,
  S_INTERPOSING = 0xd,
  S_16BYTE_LITERALS = 0xe,
  S_THREAD_LOCAL_REGULAR = 0x11,
  S_THREAD_LOCAL_ZEROFILL = 0x12,
  S_THREAD_LOCAL_VARIABLES = 0x13,
  S_THREAD_LOCAL_VARIABLE_POINTERS = 0x14,
  S_THREAD_LOCAL_INIT_FUNCTION_POINTERS = 0x15,
  S_INIT_FUNC_OFFSETS = 0x16,
};
constexpr u32 S_ATTR_PURE_INSTRUCTIONS = 0x80000000, S_ATTR_NO_TOC = 0x40000000,
              S_ATTR_STRIP_STATIC_SYMS = 0x20000000, S_ATTR_NO_DEAD_STRIP = 0x10000000,
              S_ATTR_LIVE_SUPPORT = 0x08000000, S_ATTR_DEBUG = 0x02000000, S_ATTR_SOME_INSTRUCTIONS = 0x400,
              S_ATTR_EXT_RELOC = 0x200, S_ATTR_LOC_RELOC = 0x100;

struct SymtabCommand {
  ul32 cmd, cmdsize, symoff, nsyms, stroff, strsize;
};
struct DysymtabCommand {
  ul32 cmd, cmdsize, ilocalsym, nlocalsym, iextdefsym, nextdefsym, iundefsym, nundefsym;
  ul32 tocoff, ntoc, modtaboff, nmodtab, extrefsymoff, nextrefsyms, indirectsymoff, nindirectsyms;
  ul32 extreloff, nextrel, locreloff, nlocrel;
};
static_assert(sizeof(DysymtabCommand) == 80);

struct Nlist {
  ul32 n_strx;
  u8 n_type, n_sect;
  ul16 n_desc;
  ul64 n_value;
  bool is_stab() const { return n_type & 0xe0; }
  bool is_external() const { return n_type & 0x01; }
  bool is_private_external() const { return n_type & 0x10; }
  u8 type() const { return n_type & 0x0e; }
};
static_assert(sizeof(Nlist) == 16);
constexpr u8 N_STAB = 0xe0, N_PEXT = 0x10, N_TYPE = 0x0e, N_EXT = 0x01;
constexpr u8 N_UNDF = 0x0, N_ABS = 0x2, N_SECT = 0xe, N_INDR = 0xa;
constexpr u16 N_NO_DEAD_STRIP = 0x0020, N_WEAK_REF = 0x0040, N_WEAK_DEF = 0x0080, N_SYMBOL_RESOLVER = 0x0100,
              N_ALT_ENTRY = 0x0200, N_COLD_FUNC = 0x0400, REFERENCED_DYNAMICALLY = 0x0010;
constexpr u8 N_GSYM = 0x20, N_FUN = 0x24, N_STSYM = 0x26, N_BNSYM = 0x2e, N_ENSYM = 0x4e, N_SO = 0x64,
             N_OSO = 0x66;
constexpr u32 INDIRECT_SYMBOL_LOCAL = 0x80000000;

// Library ordinals in symbols' n_desc and in bind records.
constexpr int BIND_SPECIAL_DYLIB_SELF = 0, BIND_SPECIAL_DYLIB_MAIN_EXECUTABLE = -1,
              BIND_SPECIAL_DYLIB_FLAT_LOOKUP = -2, BIND_SPECIAL_DYLIB_WEAK_LOOKUP = -3;
constexpr u8 EXECUTABLE_ORDINAL = 0xff, DYNAMIC_LOOKUP_ORDINAL = 0xfe;

struct RelocationInfo {
  il32 r_address;
  ul32 word; // r_symbolnum:24, r_pcrel:1, r_length:2, r_extern:1, r_type:4
  u32 symbolnum() const { return word & 0xffffff; }
  bool pcrel() const { return word >> 24 & 1; }
  u32 length() const { return word >> 25 & 3; } // log2 of the bytes
  bool is_extern() const { return word >> 27 & 1; }
  u32 type() const { return word >> 28; }
};
static_assert(sizeof(RelocationInfo) == 8);
constexpr u32 R_SCATTERED = 0x80000000; // in r_address; not used by 64-bit architectures

enum : u32 {
  X86_64_RELOC_UNSIGNED,
  X86_64_RELOC_SIGNED,
  X86_64_RELOC_BRANCH,
  X86_64_RELOC_GOT_LOAD,
  X86_64_RELOC_GOT,
  X86_64_RELOC_SUBTRACTOR,
  X86_64_RELOC_SIGNED_1,
  X86_64_RELOC_SIGNED_2,
  X86_64_RELOC_SIGNED_4,
  X86_64_RELOC_TLV,
};
enum : u32 {
  ARM64_RELOC_UNSIGNED,
  ARM64_RELOC_SUBTRACTOR,
  ARM64_RELOC_BRANCH26,
  ARM64_RELOC_PAGE21,
  ARM64_RELOC_PAGEOFF12,
  ARM64_RELOC_GOT_LOAD_PAGE21,
  ARM64_RELOC_GOT_LOAD_PAGEOFF12,
  ARM64_RELOC_POINTER_TO_GOT,
  ARM64_RELOC_TLVP_LOAD_PAGE21,
  ARM64_RELOC_TLVP_LOAD_PAGEOFF12,
  ARM64_RELOC_ADDEND,
  ARM64_RELOC_AUTHENTICATED_POINTER,
};

struct DylibCommand {
  ul32 cmd, cmdsize, name_offset, timestamp, current_version, compatibility_version;
};
struct StringCommand { // LC_RPATH, LC_LOAD_DYLINKER
  ul32 cmd, cmdsize, offset;
};
struct UuidCommand {
  ul32 cmd, cmdsize;
  u8 uuid[16];
};
struct LinkeditDataCommand {
  ul32 cmd, cmdsize, dataoff, datasize;
};
struct DyldInfoCommand {
  ul32 cmd, cmdsize, rebase_off, rebase_size, bind_off, bind_size, weak_bind_off, weak_bind_size;
  ul32 lazy_bind_off, lazy_bind_size, export_off, export_size;
};
struct VersionMinCommand {
  ul32 cmd, cmdsize, version, sdk;
};
struct BuildVersionCommand {
  ul32 cmd, cmdsize, platform, minos, sdk, ntools;
};
struct BuildToolVersion {
  ul32 tool, version;
};
struct EntryPointCommand {
  ul32 cmd, cmdsize;
  ul64 entryoff, stacksize;
};
struct SourceVersionCommand {
  ul32 cmd, cmdsize;
  ul64 version;
};
struct LinkerOptionCommand {
  ul32 cmd, cmdsize, count;
};
enum : u32 {
  PLATFORM_MACOS = 1,
  PLATFORM_IOS = 2,
  PLATFORM_TVOS = 3,
  PLATFORM_WATCHOS = 4,
  PLATFORM_BRIDGEOS = 5,
  PLATFORM_MACCATALYST = 6,
  PLATFORM_IOSSIMULATOR = 7,
  PLATFORM_TVOSSIMULATOR = 8,
  PLATFORM_WATCHOSSIMULATOR = 9,
  PLATFORM_DRIVERKIT = 10,
  PLATFORM_VISIONOS = 11,
  PLATFORM_VISIONOSSIMULATOR = 12,
};
constexpr u32 TOOL_LD = 3;

struct DataInCodeEntry {
  ul32 offset;
  ul16 length, kind;
};
static_assert(sizeof(DataInCodeEntry) == 8);

// An entry of __LD,__compact_unwind in an object.
struct CompactUnwindEntry {
  ul64 function;
  ul32 length, encoding;
  ul64 personality, lsda;
};
static_assert(sizeof(CompactUnwindEntry) == 32);
constexpr u32 UNWIND_HAS_LSDA = 0x40000000, UNWIND_PERSONALITY_MASK = 0x30000000,
              UNWIND_MODE_MASK = 0x0f000000;
constexpr u32 UNWIND_X86_64_MODE_STACK_IND = 0x03000000, UNWIND_X86_64_MODE_DWARF = 0x04000000,
              UNWIND_ARM64_MODE_DWARF = 0x03000000, UNWIND_DWARF_SECTION_OFFSET = 0x00ffffff;
constexpr u32 UNWIND_SECTION_VERSION = 1, UNWIND_SECOND_LEVEL_REGULAR = 2, UNWIND_SECOND_LEVEL_COMPRESSED = 3;
struct UnwindInfoHeader {
  ul32 version, commonEncodingsArraySectionOffset, commonEncodingsArrayCount, personalityArraySectionOffset,
      personalityArrayCount, indexSectionOffset, indexCount;
};
struct UnwindIndexEntry {
  ul32 functionOffset, secondLevelPagesSectionOffset, lsdaIndexArraySectionOffset;
};
struct UnwindLsdaEntry {
  ul32 functionOffset, lsdaOffset;
};
struct UnwindRegularPage {
  ul32 kind;
  ul16 entryPageOffset, entryCount;
};
struct UnwindRegularEntry {
  ul32 functionOffset, encoding;
};
struct UnwindCompressedPage {
  ul32 kind;
  ul16 entryPageOffset, entryCount, encodingsPageOffset, encodingsCount;
};

// Chained fixups.
struct ChainedFixupsHeader {
  ul32 fixups_version, starts_offset, imports_offset, symbols_offset, imports_count, imports_format,
      symbols_format;
};
struct ChainedStartsInSegment {
  ul32 size;
  ul16 page_size, pointer_format;
  ul64 segment_offset;
  ul32 max_valid_pointer;
  ul16 page_count; // ul16 page_start[page_count] follows
};
static_assert(sizeof(ChainedStartsInSegment) == 22);
constexpr u16 DYLD_CHAINED_PTR_START_NONE = 0xffff, DYLD_CHAINED_PTR_64 = 2, DYLD_CHAINED_PTR_64_OFFSET = 6;
constexpr u32 DYLD_CHAINED_IMPORT = 1, DYLD_CHAINED_IMPORT_ADDEND = 2, DYLD_CHAINED_IMPORT_ADDEND64 = 3;

// Opcodes of LC_DYLD_INFO.
enum : u8 {
  REBASE_OPCODE_DONE = 0x00,
  REBASE_OPCODE_SET_TYPE_IMM = 0x10,
  REBASE_OPCODE_SET_SEGMENT_AND_OFFSET_ULEB = 0x20,
  REBASE_OPCODE_ADD_ADDR_ULEB = 0x30,
  REBASE_OPCODE_ADD_ADDR_IMM_SCALED = 0x40,
  REBASE_OPCODE_DO_REBASE_IMM_TIMES = 0x50,
  REBASE_OPCODE_DO_REBASE_ULEB_TIMES = 0x60,
  REBASE_TYPE_POINTER = 1,
  BIND_OPCODE_DONE = 0x00,
  BIND_OPCODE_SET_DYLIB_ORDINAL_IMM = 0x10,
  BIND_OPCODE_SET_DYLIB_ORDINAL_ULEB = 0x20,
  BIND_OPCODE_SET_DYLIB_SPECIAL_IMM = 0x30,
  BIND_OPCODE_SET_SYMBOL_TRAILING_FLAGS_IMM = 0x40,
  BIND_OPCODE_SET_TYPE_IMM = 0x50,
  BIND_OPCODE_SET_ADDEND_SLEB = 0x60,
  BIND_OPCODE_SET_SEGMENT_AND_OFFSET_ULEB = 0x70,
  BIND_OPCODE_ADD_ADDR_ULEB = 0x80,
  BIND_OPCODE_DO_BIND = 0x90,
  BIND_SYMBOL_FLAGS_WEAK_IMPORT = 0x1,
  BIND_SYMBOL_FLAGS_NON_WEAK_DEFINITION = 0x8,
  BIND_TYPE_POINTER = 1,
};

// Export trie.
constexpr u32 EXPORT_SYMBOL_FLAGS_KIND_MASK = 0x03, EXPORT_SYMBOL_FLAGS_KIND_THREAD_LOCAL = 0x01,
              EXPORT_SYMBOL_FLAGS_KIND_ABSOLUTE = 0x02, EXPORT_SYMBOL_FLAGS_WEAK_DEFINITION = 0x04,
              EXPORT_SYMBOL_FLAGS_REEXPORT = 0x08, EXPORT_SYMBOL_FLAGS_STUB_AND_RESOLVER = 0x10;

// Code signature; all fields are big-endian.
constexpr u32 CSMAGIC_EMBEDDED_SIGNATURE = 0xfade0cc0, CSMAGIC_CODEDIRECTORY = 0xfade0c02;
constexpr u32 CSSLOT_CODEDIRECTORY = 0;
constexpr u32 CS_ADHOC = 0x2, CS_LINKER_SIGNED = 0x20000;
constexpr u8 CS_HASHTYPE_SHA256 = 2;
constexpr u64 CS_EXECSEG_MAIN_BINARY = 1;

// ULEB128 and SLEB128: appended to a vector-like container of bytes.
template <class V> void append_uleb(V &out, u64 v) {
  do {
    u8 b = v & 0x7f;
    v >>= 7;
    out.push_back(v ? u8(b | 0x80) : b);
  } while (v);
}
template <class V> void append_sleb(V &out, i64 v) {
  for (bool more = true; more;) {
    u8 b = v & 0x7f;
    v >>= 7;
    more = !((v == 0 && !(b & 0x40)) || (v == -1 && (b & 0x40)));
    out.push_back(more ? u8(b | 0x80) : b);
  }
}
constexpr u32 uleb_size(u64 v) {
  u32 n = 1;
  while (v >>= 7)
    ++n;
  return n;
}

} // namespace gold::macho
