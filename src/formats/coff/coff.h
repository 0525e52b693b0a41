// COFF objects and PE images on disk (Microsoft's "PE Format" document; section names in comments are
// that document's). All fields are little-endian and of alignment 1.
#pragma once

#include "support/types.h"

namespace gold::coff {

// -- machines and files ("COFF File Header")

enum Machine : u16 {
  IMAGE_FILE_MACHINE_UNKNOWN = 0,
  IMAGE_FILE_MACHINE_I386 = 0x14c,
  IMAGE_FILE_MACHINE_AMD64 = 0x8664,
  IMAGE_FILE_MACHINE_ARM64 = 0xaa64,
};

struct FileHeader {
  ul16 Machine;
  ul16 NumberOfSections;
  ul32 TimeDateStamp;
  ul32 PointerToSymbolTable;
  ul32 NumberOfSymbols;
  ul16 SizeOfOptionalHeader;
  ul16 Characteristics;
};
static_assert(sizeof(FileHeader) == 20);

enum FileCharacteristics : u16 {
  IMAGE_FILE_RELOCS_STRIPPED = 0x0001,
  IMAGE_FILE_EXECUTABLE_IMAGE = 0x0002,
  IMAGE_FILE_LINE_NUMS_STRIPPED = 0x0004,
  IMAGE_FILE_LOCAL_SYMS_STRIPPED = 0x0008,
  IMAGE_FILE_LARGE_ADDRESS_AWARE = 0x0020,
  IMAGE_FILE_DEBUG_STRIPPED = 0x0200,
  IMAGE_FILE_DLL = 0x2000,
};

// Objects of more than 65,279 sections (/bigobj): ANON_OBJECT_HEADER_BIGOBJ of winnt.h.
struct BigObjHeader {
  ul16 Sig1, Sig2; // 0, 0xffff
  ul16 Version;    // 2
  ul16 Machine;
  ul32 TimeDateStamp;
  u8 ClassID[16];
  ul32 SizeOfData, Flags, MetaDataSize, MetaDataOffset;
  ul32 NumberOfSections;
  ul32 PointerToSymbolTable;
  ul32 NumberOfSymbols;
};
static_assert(sizeof(BigObjHeader) == 56);
inline constexpr u8 kBigObjClassID[16] = {0xc7, 0xa1, 0xba, 0xd1, 0xee, 0xba, 0xa9, 0x4b,
                                          0xaf, 0x20, 0xfa, 0xf6, 0x6a, 0xa4, 0xdc, 0xb8};

// -- sections ("Section Table")

struct SectionHeader {
  char Name[8];
  ul32 VirtualSize;
  ul32 VirtualAddress;
  ul32 SizeOfRawData;
  ul32 PointerToRawData;
  ul32 PointerToRelocations;
  ul32 PointerToLinenumbers;
  ul16 NumberOfRelocations;
  ul16 NumberOfLinenumbers;
  ul32 Characteristics;
};
static_assert(sizeof(SectionHeader) == 40);

enum SectionCharacteristics : u32 {
  IMAGE_SCN_CNT_CODE = 0x00000020,
  IMAGE_SCN_CNT_INITIALIZED_DATA = 0x00000040,
  IMAGE_SCN_CNT_UNINITIALIZED_DATA = 0x00000080,
  IMAGE_SCN_LNK_INFO = 0x00000200,
  IMAGE_SCN_LNK_REMOVE = 0x00000800,
  IMAGE_SCN_LNK_COMDAT = 0x00001000,
  IMAGE_SCN_ALIGN_MASK = 0x00f00000,
  IMAGE_SCN_LNK_NRELOC_OVFL = 0x01000000,
  IMAGE_SCN_MEM_DISCARDABLE = 0x02000000,
  IMAGE_SCN_MEM_SHARED = 0x10000000,
  IMAGE_SCN_MEM_EXECUTE = 0x20000000,
  IMAGE_SCN_MEM_READ = 0x40000000,
  IMAGE_SCN_MEM_WRITE = 0x80000000,
};

enum ComdatSelection : u8 {
  IMAGE_COMDAT_SELECT_NODUPLICATES = 1,
  IMAGE_COMDAT_SELECT_ANY = 2,
  IMAGE_COMDAT_SELECT_SAME_SIZE = 3,
  IMAGE_COMDAT_SELECT_EXACT_MATCH = 4,
  IMAGE_COMDAT_SELECT_ASSOCIATIVE = 5,
  IMAGE_COMDAT_SELECT_LARGEST = 6,
};

// -- relocations ("COFF Relocations")

struct Relocation {
  ul32 VirtualAddress; // of the place in the section
  ul32 SymbolTableIndex;
  ul16 Type;
};
static_assert(sizeof(Relocation) == 10);

enum Amd64Relocation : u16 {
  IMAGE_REL_AMD64_ABSOLUTE = 0,
  IMAGE_REL_AMD64_ADDR64 = 1,
  IMAGE_REL_AMD64_ADDR32 = 2,
  IMAGE_REL_AMD64_ADDR32NB = 3, // relative to the image base
  IMAGE_REL_AMD64_REL32 = 4,
  IMAGE_REL_AMD64_REL32_5 = 9, // 5..9: 1 to 5 bytes follow the field
  IMAGE_REL_AMD64_SECTION = 10,
  IMAGE_REL_AMD64_SECREL = 11,
  IMAGE_REL_AMD64_SECREL7 = 12,
};

// -- symbols ("COFF Symbol Table")

enum StorageClass : u8 {
  IMAGE_SYM_CLASS_EXTERNAL = 2,
  IMAGE_SYM_CLASS_STATIC = 3,
  IMAGE_SYM_CLASS_LABEL = 6,
  IMAGE_SYM_CLASS_FILE = 103,
  IMAGE_SYM_CLASS_SECTION = 104,
  IMAGE_SYM_CLASS_WEAK_EXTERNAL = 105,
  kClassGnuWeak = 127, // C_NT_WEAK of older GNU tools
};
enum : i32 { IMAGE_SYM_UNDEFINED = 0, IMAGE_SYM_ABSOLUTE = -1, IMAGE_SYM_DEBUG = -2 };
inline constexpr u16 kTypeFunction = 0x20;

// As the symbol table holds it, and with the section number of 32 bits that /bigobj has.
template <class N> struct RawSymbol {
  char Name[8]; // or four zero bytes and an offset in the string table
  ul32 Value;
  Le<N> SectionNumber;
  ul16 Type;
  u8 StorageClass;
  u8 NumberOfAuxSymbols;
};
using Symbol16 = RawSymbol<i16>;
using Symbol32 = RawSymbol<i32>;
static_assert(sizeof(Symbol16) == 18 && sizeof(Symbol32) == 20);

struct AuxSection {
  ul32 Length;
  ul16 NumberOfRelocations, NumberOfLinenumbers;
  ul32 CheckSum;
  ul16 Number;
  u8 Selection;
  u8 Reserved;
  ul16 HighNumber; // with /bigobj
};
static_assert(sizeof(AuxSection) == 18);

struct AuxWeakExternal {
  ul32 TagIndex;
  ul32 Characteristics;
  u8 Unused[10];
};
static_assert(sizeof(AuxWeakExternal) == 18);

enum WeakSearch : u32 {
  IMAGE_WEAK_EXTERN_SEARCH_NOLIBRARY = 1,
  IMAGE_WEAK_EXTERN_SEARCH_LIBRARY = 2,
  IMAGE_WEAK_EXTERN_SEARCH_ALIAS = 3,
  IMAGE_WEAK_EXTERN_ANTI_DEPENDENCY = 4,
};

// -- members of import libraries ("Import Library Format")

struct ImportHeader {
  ul16 Sig1, Sig2; // 0, 0xffff
  ul16 Version;    // 0
  ul16 Machine;
  ul32 TimeDateStamp;
  ul32 SizeOfData; // of the strings that follow: symbol, DLL, and with NameExportAs the name
  ul16 OrdinalOrHint;
  ul16 TypeInfo; // bits 0-1 type, 2-4 name type
  u8 type() const { return static_cast<u8>(TypeInfo & 3); }
  u8 name_type() const { return static_cast<u8>(TypeInfo >> 2 & 7); }
};
static_assert(sizeof(ImportHeader) == 20);

enum ImportType : u8 { IMPORT_CODE = 0, IMPORT_DATA = 1, IMPORT_CONST = 2 };
enum ImportNameType : u8 {
  IMPORT_ORDINAL = 0,
  IMPORT_NAME = 1,
  IMPORT_NAME_NOPREFIX = 2,
  IMPORT_NAME_UNDECORATE = 3,
  IMPORT_NAME_EXPORTAS = 4,
};

// -- images ("Optional Header")

inline constexpr u32 kPeMagicOffset = 60; // in the DOS header: where "PE\0\0" is

struct DataDirectory {
  ul32 VirtualAddress, Size;
};

enum Directory : u32 {
  kExportDirectory = 0,
  kImportDirectory = 1,
  kResourceDirectory = 2,
  kExceptionDirectory = 3,
  kBaseRelocationDirectory = 5,
  kDebugDirectory = 6,
  kTlsDirectory = 9,
  kLoadConfigDirectory = 10,
  kIatDirectory = 12,
  kDelayImportDirectory = 13,
  kDirectories = 16,
};

struct OptionalHeader {
  ul16 Magic; // 0x20b: PE32+
  u8 MajorLinkerVersion, MinorLinkerVersion;
  ul32 SizeOfCode, SizeOfInitializedData, SizeOfUninitializedData;
  ul32 AddressOfEntryPoint, BaseOfCode;
  ul64 ImageBase;
  ul32 SectionAlignment, FileAlignment;
  ul16 MajorOperatingSystemVersion, MinorOperatingSystemVersion;
  ul16 MajorImageVersion, MinorImageVersion;
  ul16 MajorSubsystemVersion, MinorSubsystemVersion;
  ul32 Win32VersionValue;
  ul32 SizeOfImage, SizeOfHeaders;
  ul32 CheckSum;
  ul16 Subsystem, DllCharacteristics;
  ul64 SizeOfStackReserve, SizeOfStackCommit, SizeOfHeapReserve, SizeOfHeapCommit;
  ul32 LoaderFlags, NumberOfRvaAndSizes;
  DataDirectory Directories[kDirectories];
};
static_assert(sizeof(OptionalHeader) == 240);
inline constexpr u16 kPe32Plus = 0x20b;

enum DllCharacteristics : u16 {
  IMAGE_DLLCHARACTERISTICS_HIGH_ENTROPY_VA = 0x0020,
  IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE = 0x0040,
  IMAGE_DLLCHARACTERISTICS_FORCE_INTEGRITY = 0x0080,
  IMAGE_DLLCHARACTERISTICS_NX_COMPAT = 0x0100,
  IMAGE_DLLCHARACTERISTICS_NO_ISOLATION = 0x0200,
  IMAGE_DLLCHARACTERISTICS_NO_SEH = 0x0400,
  IMAGE_DLLCHARACTERISTICS_NO_BIND = 0x0800,
  IMAGE_DLLCHARACTERISTICS_APPCONTAINER = 0x1000,
  IMAGE_DLLCHARACTERISTICS_WDM_DRIVER = 0x2000,
  IMAGE_DLLCHARACTERISTICS_TERMINAL_SERVER_AWARE = 0x8000,
};

// -- tables of images

struct ImportDescriptor { // ".idata": the import directory table
  ul32 ImportLookupTable, TimeDateStamp, ForwarderChain, Name, ImportAddressTable;
};
static_assert(sizeof(ImportDescriptor) == 20);
inline constexpr u64 kOrdinalFlag = u64(1) << 63;

struct ExportDirectory { // ".edata"
  ul32 Flags, TimeDateStamp;
  ul16 MajorVersion, MinorVersion;
  ul32 Name, OrdinalBase, AddressTableEntries, NumberOfNamePointers;
  ul32 ExportAddressTable, NamePointer, OrdinalTable;
};
static_assert(sizeof(ExportDirectory) == 40);

struct DelayDescriptor { // "Delay-Load Directory Table"
  ul32 Attributes, Name, ModuleHandle, ImportAddressTable, ImportNameTable, BoundImportTable, UnloadTable,
      TimeStamp;
};
static_assert(sizeof(DelayDescriptor) == 32);

struct RuntimeFunction { // ".pdata" on x86-64
  ul32 BeginAddress, EndAddress, UnwindInformation;
};
static_assert(sizeof(RuntimeFunction) == 12);

struct BaseRelocationBlock { // ".reloc"
  ul32 PageRva, BlockSize;
};
enum BaseRelocationType : u16 {
  IMAGE_REL_BASED_ABSOLUTE = 0,
  IMAGE_REL_BASED_HIGHLOW = 3,
  IMAGE_REL_BASED_DIR64 = 10
};

// Runtime pseudo relocations, version 2, as mingw-w64's start code reads them: a header of the words
// 0, 0, 1, then entries.
struct PseudoRelocation {
  ul32 Symbol; // RVA of the pointer in the import address table
  ul32 Target; // RVA of the place
  ul32 Flags;  // its width in bits
};
static_assert(sizeof(PseudoRelocation) == 12);

} // namespace gold::coff
