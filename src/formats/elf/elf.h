// ELF's on-disk structures and numbers (System V gABI 4.3; psABI supplements of x86-64 and AArch64),
// 64-bit little-endian. Every magic number of ELF stands here once, under its official name.
#pragma once

#include "support/types.h"

namespace gold::elf {

struct Ehdr {
  u8 e_ident[16];
  ul16 e_type, e_machine;
  ul32 e_version;
  ul64 e_entry, e_phoff, e_shoff;
  ul32 e_flags;
  ul16 e_ehsize, e_phentsize, e_phnum, e_shentsize, e_shnum, e_shstrndx;
};
static_assert(sizeof(Ehdr) == 64 && alignof(Ehdr) == 1);

struct Shdr {
  ul32 sh_name, sh_type;
  ul64 sh_flags, sh_addr, sh_offset, sh_size;
  ul32 sh_link, sh_info;
  ul64 sh_addralign, sh_entsize;
};
static_assert(sizeof(Shdr) == 64);

struct Phdr {
  ul32 p_type, p_flags;
  ul64 p_offset, p_vaddr, p_paddr, p_filesz, p_memsz, p_align;
};
static_assert(sizeof(Phdr) == 56);

struct Sym {
  ul32 st_name;
  u8 st_info, st_other;
  ul16 st_shndx;
  ul64 st_value, st_size;
  u8 type() const { return st_info & 15; }
  u8 bind() const { return st_info >> 4; }
  u8 visibility() const { return st_other & 3; }
};
static_assert(sizeof(Sym) == 24);

struct Rela {
  ul64 r_offset;
  ul32 r_type, r_sym; // r_info, little-endian
  il64 r_addend;
};
static_assert(sizeof(Rela) == 24);

struct Dyn {
  ul64 d_tag, d_val;
};
struct Nhdr {
  ul32 n_namesz, n_descsz, n_type;
};
struct Chdr {
  ul32 ch_type, ch_reserved;
  ul64 ch_size, ch_addralign;
};
struct Verneed {
  ul16 vn_version, vn_cnt;
  ul32 vn_file, vn_aux, vn_next;
};
struct Vernaux {
  ul32 vna_hash;
  ul16 vna_flags, vna_other;
  ul32 vna_name, vna_next;
};
struct Verdef {
  ul16 vd_version, vd_flags, vd_ndx, vd_cnt;
  ul32 vd_hash, vd_aux, vd_next;
};
struct Verdaux {
  ul32 vda_name, vda_next;
};

enum : u16 { ET_NONE, ET_REL, ET_EXEC, ET_DYN, ET_CORE };
enum : u16 { EM_386 = 3, EM_ARM = 40, EM_X86_64 = 62, EM_AARCH64 = 183, EM_RISCV = 243 };
enum : u8 { ELFCLASS32 = 1, ELFCLASS64 = 2, ELFDATA2LSB = 1, ELFDATA2MSB = 2, EV_CURRENT = 1 };
enum : u8 { EI_CLASS = 4, EI_DATA = 5, EI_VERSION = 6, EI_OSABI = 7, EI_ABIVERSION = 8 };
enum : u8 { ELFOSABI_NONE = 0, ELFOSABI_GNU = 3 };

// clang-format off: tables
enum : u16 {
  SHN_UNDEF = 0, SHN_LORESERVE = 0xff00, SHN_AMD64_LCOMMON = 0xff02, SHN_ABS = 0xfff1, SHN_COMMON = 0xfff2,
  SHN_XINDEX = 0xffff
};

enum : u32 {
  SHT_NULL, SHT_PROGBITS, SHT_SYMTAB, SHT_STRTAB, SHT_RELA, SHT_HASH, SHT_DYNAMIC, SHT_NOTE, SHT_NOBITS,
  SHT_REL, SHT_SHLIB, SHT_DYNSYM, SHT_INIT_ARRAY = 14, SHT_FINI_ARRAY = 15, SHT_PREINIT_ARRAY = 16,
  SHT_GROUP = 17, SHT_SYMTAB_SHNDX = 18, SHT_RELR = 19, SHT_CREL = 0x40000014,
  SHT_LLVM_ODRTAB = 0x6fff4c00, SHT_LLVM_LINKER_OPTIONS = 0x6fff4c01,
  SHT_LLVM_ADDRSIG = 0x6fff4c03, SHT_LLVM_DEPENDENT_LIBRARIES = 0x6fff4c04, SHT_LLVM_CALL_GRAPH_PROFILE = 0x6fff4c09,
  SHT_LLVM_LTO = 0x6fff4c0c, SHT_ANDROID_RELR = 0x6fffff00,
  SHT_GNU_ATTRIBUTES = 0x6ffffff5, SHT_GNU_HASH = 0x6ffffff6, SHT_GNU_VERDEF = 0x6ffffffd,
  SHT_GNU_VERNEED = 0x6ffffffe, SHT_GNU_VERSYM = 0x6fffffff,
  SHT_X86_64_UNWIND = 0x70000001, SHT_AARCH64_ATTRIBUTES = 0x70000003,
};

enum : u64 {
  SHF_WRITE = 1, SHF_ALLOC = 2, SHF_EXECINSTR = 4, SHF_MERGE = 0x10, SHF_STRINGS = 0x20, SHF_INFO_LINK = 0x40,
  SHF_LINK_ORDER = 0x80, SHF_OS_NONCONFORMING = 0x100, SHF_GROUP = 0x200, SHF_TLS = 0x400,
  SHF_COMPRESSED = 0x800, SHF_GNU_RETAIN = 0x200000, SHF_X86_64_LARGE = 0x10000000, SHF_EXCLUDE = 0x80000000,
};
enum : u32 { GRP_COMDAT = 1 };
enum : u32 { ELFCOMPRESS_ZLIB = 1, ELFCOMPRESS_ZSTD = 2 };

enum : u8 { STB_LOCAL, STB_GLOBAL, STB_WEAK, STB_GNU_UNIQUE = 10 };
enum : u8 {
  STT_NOTYPE, STT_OBJECT, STT_FUNC, STT_SECTION, STT_FILE, STT_COMMON, STT_TLS, STT_GNU_IFUNC = 10
};
enum : u8 { STV_DEFAULT, STV_INTERNAL, STV_HIDDEN, STV_PROTECTED };
enum : u8 { STO_AARCH64_VARIANT_PCS = 0x80 };

enum : u32 {
  PT_NULL, PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_NOTE, PT_SHLIB, PT_PHDR, PT_TLS,
  PT_GNU_EH_FRAME = 0x6474e550, PT_GNU_STACK = 0x6474e551, PT_GNU_RELRO = 0x6474e552,
  PT_GNU_PROPERTY = 0x6474e553,
};
enum : u32 { PF_X = 1, PF_W = 2, PF_R = 4 };

enum : u64 {
  DT_NULL, DT_NEEDED, DT_PLTRELSZ, DT_PLTGOT, DT_HASH, DT_STRTAB, DT_SYMTAB, DT_RELA, DT_RELASZ, DT_RELAENT,
  DT_STRSZ, DT_SYMENT, DT_INIT, DT_FINI, DT_SONAME, DT_RPATH, DT_SYMBOLIC, DT_REL, DT_RELSZ, DT_RELENT,
  DT_PLTREL, DT_DEBUG, DT_TEXTREL, DT_JMPREL, DT_BIND_NOW, DT_INIT_ARRAY, DT_FINI_ARRAY, DT_INIT_ARRAYSZ,
  DT_FINI_ARRAYSZ, DT_RUNPATH, DT_FLAGS, DT_PREINIT_ARRAY = 32, DT_PREINIT_ARRAYSZ = 33, DT_RELRSZ = 35,
  DT_RELR = 36, DT_RELRENT = 37, DT_ANDROID_RELR = 0x6fffe000, DT_ANDROID_RELRSZ = 0x6fffe001,
  DT_ANDROID_RELRENT = 0x6fffe003,
  DT_GNU_HASH = 0x6ffffef5, DT_TLSDESC_PLT = 0x6ffffef6, DT_TLSDESC_GOT = 0x6ffffef7, DT_DEPAUDIT = 0x6ffffefb,
  DT_AUDIT = 0x6ffffefc, DT_VERSYM = 0x6ffffff0, DT_RELACOUNT = 0x6ffffff9, DT_FLAGS_1 = 0x6ffffffb,
  DT_VERDEF = 0x6ffffffc, DT_VERDEFNUM = 0x6ffffffd, DT_VERNEED = 0x6ffffffe, DT_VERNEEDNUM = 0x6fffffff,
  DT_AARCH64_BTI_PLT = 0x70000001, DT_AARCH64_PAC_PLT = 0x70000003, DT_AARCH64_VARIANT_PCS = 0x70000005,
  DT_AUXILIARY = 0x7ffffffd, DT_FILTER = 0x7fffffff,
};
enum : u64 { DF_ORIGIN = 1, DF_SYMBOLIC = 2, DF_TEXTREL = 4, DF_BIND_NOW = 8, DF_STATIC_TLS = 16 };
enum : u64 {
  DF_1_NOW = 1, DF_1_GLOBAL = 2, DF_1_NODELETE = 8, DF_1_INITFIRST = 0x20, DF_1_NOOPEN = 0x40, DF_1_ORIGIN = 0x80,
  DF_1_INTERPOSE = 0x400, DF_1_NODEFLIB = 0x800, DF_1_NODUMP = 0x1000, DF_1_PIE = 0x08000000,
};

enum : u16 { VER_NDX_LOCAL = 0, VER_NDX_GLOBAL = 1, VERSYM_HIDDEN = 0x8000, VER_FLG_BASE = 1, VER_FLG_WEAK = 2 };

enum : u32 { NT_GNU_ABI_TAG = 1, NT_GNU_BUILD_ID = 3, NT_GNU_PROPERTY_TYPE_0 = 5, NT_FDO_PACKAGING_METADATA = 0xcafe1a7e };
enum : u32 {
  GNU_PROPERTY_STACK_SIZE = 1, GNU_PROPERTY_NO_COPY_ON_PROTECTED = 2, GNU_PROPERTY_1_NEEDED = 0xb0008000,
  GNU_PROPERTY_AARCH64_FEATURE_1_AND = 0xc0000000, GNU_PROPERTY_X86_FEATURE_1_AND = 0xc0000002,
  GNU_PROPERTY_X86_ISA_1_NEEDED = 0xc0008002, GNU_PROPERTY_X86_ISA_1_USED = 0xc0010002,
  GNU_PROPERTY_X86_FEATURE_2_USED = 0xc0010001,
  GNU_PROPERTY_X86_FEATURE_1_IBT = 1, GNU_PROPERTY_X86_FEATURE_1_SHSTK = 2,
  GNU_PROPERTY_AARCH64_FEATURE_1_BTI = 1, GNU_PROPERTY_AARCH64_FEATURE_1_PAC = 2,
  GNU_PROPERTY_AARCH64_FEATURE_1_GCS = 4,
};
// clang-format on

} // namespace gold::elf
