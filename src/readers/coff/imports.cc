// Members of import libraries in their short form ("Import Library Format"): a header and two or
// three strings that stand for one symbol of a DLL.
//
// The symbol is claimed like an archive member's: an object's own definition wins over it.
#include "readers/coff/parts.h"

namespace gold::coff {

void parse_import_object(Link &link, CoffObject &o) {
  auto &h = o.bytes.at<ImportHeader>(0, "import header");
  if (h.Machine != IMAGE_FILE_MACHINE_AMD64)
    throw InputError(format("import for the unsupported machine 0x%x", u16(h.Machine)), 6);
  ByteView strings = o.bytes.sub(sizeof(ImportHeader), h.SizeOfData, "strings of an import");
  std::string_view symbol = strings.cstr(0, "symbol of an import");
  o.dll = strings.cstr(symbol.size() + 1, "DLL of an import");
  o.kind = FileKind::Shared;
  o.machine = h.Machine;
  Import i;
  i.ordinal = h.OrdinalOrHint;
  i.data = h.type() == IMPORT_DATA;
  if (h.type() > IMPORT_CONST)
    throw InputError("import of an unknown type", 18);
  auto undecorated = [](std::string_view s) {
    return !s.empty() && (s[0] == '?' || s[0] == '@' || s[0] == '_') ? s.substr(1) : s;
  };
  switch (h.name_type()) {
  case IMPORT_ORDINAL:
    break;
  case IMPORT_NAME:
    i.name = symbol;
    break;
  case IMPORT_NAME_NOPREFIX:
    i.name = undecorated(symbol);
    break;
  case IMPORT_NAME_UNDECORATE:
    i.name = undecorated(symbol);
    i.name = i.name.substr(0, i.name.find('@'));
    break;
  case IMPORT_NAME_EXPORTAS:
    i.name = strings.cstr(symbol.size() + o.dll.size() + 2, "export's name of an import");
    break;
  default:
    throw InputError("import with an unknown kind of name", 18);
  }
  o.imports.push_back(i);
  o.symbols = Arena::array<Symbol *>(2);
  std::string_view names[] = {Arena::copy("__imp_" + std::string(symbol)), symbol};
  for (u32 k = 0; k < (i.data ? 1u : 2u); ++k)
    o.symbols[k] = link.symbols.intern(names[k]);
  claim_imports(link, o);
}

void claim_imports(Link &, CoffObject &o) {
  for (u32 k = 0; k < o.symbols.size(); ++k)
    if (Symbol *s = o.symbols[k])
      s->offer(make_claim(SymClass::Lazy, o.priority, k));
}

void bind_imports(CoffObject &o) {
  for (u32 k = 0; k < o.symbols.size(); ++k) {
    Symbol *s = o.symbols[k];
    if (!s)
      continue;
    u64 c = s->claim.load(std::memory_order_relaxed);
    // The archive's index made the same claim with index 0 before.
    if (claim_class(c) != SymClass::Lazy || claim_priority(c) != o.priority)
      continue;
    s->file = &o;
    s->native = k;
    s->section = nullptr;
    s->value = 0;
    s->flags = static_cast<u16>(kSymShared | kSymImported | (k & 1 ? kSymFunction : 0));
    s->type = 0;
    s->binding = IMAGE_SYM_CLASS_EXTERNAL;
  }
}

} // namespace gold::coff
