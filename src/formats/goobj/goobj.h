// Go's object files: the records of the payload and their numbers.
//
// A Go object is no container of sections but a table of symbols, each with its own bytes and
// relocations (Go's cmd/internal/goobj, objfile.go, and cmd/internal/objabi). Everything is
// little-endian, unaligned, and at an offset from the magic number. The magic has been the same since
// Go 1.20, while relocation types and symbol kinds were renumbered in between: the release that the
// text in front of the payload names decides. What is here is Go 1.26's.
#pragma once

#include "support/types.h"

#include <span>
#include <string_view>

namespace gold::goobj {

constexpr std::string_view kMagic("\0go120ld", 8);
constexpr std::string_view kTextMagic("go object ");

// The release whose numbers are known: "go1.26", "go1.26.3", "go1.26rc1".
constexpr std::string_view kRelease("go1.26");

struct StringRef { // into the string bytes behind the header; no NUL
  ul32 size, offset;
};
struct SymRef {
  ul32 package, index;
};

// SymRef::package: where to look for the symbol. 0 and index 0: none. Other values are indices in
// the table of packages.
constexpr u32 kPkgNone = 0x7fffffff; // non-package definitions, running over into non-package references
constexpr u32 kPkgHashed64 = 0x7ffffffe;
constexpr u32 kPkgHashed = 0x7ffffffd;
constexpr u32 kPkgBuiltin = 0x7ffffffc; // index in the release's table of builtins
constexpr u32 kPkgSelf = 0x7ffffffb;

enum Block : u32 {
  kBlockAutolib,
  kBlockPkgIdx,
  kBlockFile,
  kBlockSymdef,
  kBlockHashed64def,
  kBlockHasheddef,
  kBlockNonpkgdef,
  kBlockNonpkgref,
  kBlockRefFlags,
  kBlockHash64,
  kBlockHash,
  kBlockRelocIdx,
  kBlockAuxIdx,
  kBlockDataIdx,
  kBlockReloc,
  kBlockAux,
  kBlockData,
  kBlockRefName,
  kBlockEnd,
  kBlockCount,
};

struct Header {
  char magic[8];
  u8 fingerprint[8]; // hash of the export data; zero in assembler objects
  ul32 flags;
  ul32 offsets[kBlockCount];
};
static_assert(sizeof(Header) == 96);

enum ObjectFlags : u32 {
  kObjShared = 1 << 0,
  kObjFromAssembly = 1 << 2,
  kObjUnlinkable = 1 << 3, // compiled without the package's path
  kObjStd = 1 << 4,
};

struct AutolibRecord {
  StringRef path;
  u8 fingerprint[8];
};
struct SymbolRecord {
  StringRef name;
  ul16 abi;
  u8 kind, flag, flag2;
  ul32 size, align;
};
struct RefFlagsRecord { // flags that this file adds to a symbol of another
  SymRef symbol;
  u8 flag, flag2;
};
struct RelocRecord {
  il32 offset;
  u8 size;
  ul16 type;
  il64 addend;
  SymRef target;
};
struct AuxRecord {
  u8 type;
  SymRef symbol;
};
struct RefNameRecord {
  SymRef symbol;
  StringRef name;
};
struct Hash64 {
  u8 bytes[8];
};
struct Hash {
  u8 bytes[16];
};
static_assert(sizeof(AutolibRecord) == 16 && sizeof(SymbolRecord) == 21 && sizeof(RefFlagsRecord) == 10);
static_assert(sizeof(RelocRecord) == 23 && sizeof(AuxRecord) == 9 && sizeof(RefNameRecord) == 16);

// Bytes of a block's record; 1 for the data.
constexpr u32 kRecordSize[kBlockEnd] = {16, 8, 8, 21, 21, 21, 21, 21, 10, 8, 16, 4, 4, 4, 23, 9, 1, 16};

constexpr u16 kAbi0 = 0, kAbiInternal = 1, kAbiStatic = 0xffff; // static: of this file only

enum SymbolFlag : u8 {
  kFlagDupok = 1 << 0,
  kFlagLocal = 1 << 1,
  kFlagTypelink = 1 << 2,
  kFlagLeaf = 1 << 3,
  kFlagNoSplit = 1 << 4,
  kFlagReflectMethod = 1 << 5,
  kFlagGoType = 1 << 6,
};
enum SymbolFlag2 : u8 {
  kFlag2UsedInIface = 1 << 0,
  kFlag2Itab = 1 << 1,
  kFlag2Dict = 1 << 2,
  kFlag2PkgInit = 1 << 3,
  kFlag2Linkname = 1 << 4,
  kFlag2AbiWrapper = 1 << 5,
  kFlag2WasmExport = 1 << 6,
};

enum AuxType : u8 {
  kAuxGotype, // the variable's type; doesn't keep it alive
  kAuxFuncInfo,
  kAuxFuncdata,
  kAuxDwarfInfo,
  kAuxDwarfLoc,
  kAuxDwarfRanges,
  kAuxDwarfLines,
  kAuxPcsp,
  kAuxPcfile,
  kAuxPcline,
  kAuxPcinline,
  kAuxPcdata,
  kAuxWasmImport,
  kAuxWasmType,
  kAuxSehUnwindInfo,
  kAuxCount,
};

// objabi.SymKind.
enum Kind : u8 {
#define GOOBJ_KIND(number, name) name = number,
#include "formats/goobj/tables_1_26.inc"
#undef GOOBJ_KIND
};

// objabi.RelocType.
constexpr u16 kRelocWeak = 0x8000;
enum RelocType : u16 {
#define GOOBJ_RELOC(number, name) name = number,
#include "formats/goobj/tables_1_26.inc"
#undef GOOBJ_RELOC
};

// A symbol that compiled code refers to by its number in this table.
struct Builtin {
  std::string_view name;
  u16 abi;
};

// Names by number, null beyond the last.
const char *kind_name(u32 kind);
const char *reloc_name(u32 type); // without kRelocWeak
const char *aux_name(u32 type);
std::span<const Builtin> builtins();

} // namespace gold::goobj
