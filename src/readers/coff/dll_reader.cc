// The export table of a DLL ("The .edata Section (Image Only)").
//
// Each name gives `__imp_NAME`, and NAME itself if what is exported lies in code; data is reached by
// its pointer only (auto-import). Names of forwarders count as code: where they lead is another
// DLL's business.
#include "readers/coff/dll_reader.h"

#include "readers/coff/parts.h"

namespace gold::coff {

namespace {

struct Image {
  std::span<const SectionHeader> sections;
  const DataDirectory *exports = nullptr;
  ByteView bytes;

  // The section that holds an RVA, or null.
  const SectionHeader *section(u32 rva) const {
    for (const SectionHeader &h : sections)
      if (rva >= h.VirtualAddress && rva - h.VirtualAddress < std::max<u32>(h.VirtualSize, h.SizeOfRawData))
        return &h;
    return nullptr;
  }
  // Contents from an RVA to the end of its section.
  ByteView at(u32 rva, const char *what) const {
    const SectionHeader *h = section(rva);
    if (!h)
      throw InputError(std::string(what) + " lies in no section", rva);
    return bytes.sub(h->PointerToRawData, h->SizeOfRawData, "section").from(rva - h->VirtualAddress, what);
  }
};

Image read_image(ByteView b) {
  u64 pe = b.at<ul32>(kPeMagicOffset, "PE offset");
  if (b.sub(pe, 4, "PE signature").str() != std::string_view("PE\0\0", 4))
    throw InputError("not a PE image", pe);
  auto &file = b.at<FileHeader>(pe + 4, "COFF header");
  if (file.Machine != IMAGE_FILE_MACHINE_AMD64)
    throw InputError(format("unsupported machine 0x%x", u16(file.Machine)), pe + 4);
  u64 optional = pe + 4 + sizeof(FileHeader);
  constexpr u64 directories = offsetof(OptionalHeader, Directories);
  ByteView opt = b.sub(optional, file.SizeOfOptionalHeader, "optional header");
  if (opt.at<ul16>(0, "optional header") != kPe32Plus)
    throw InputError("not a PE32+ image", optional);
  Image im;
  im.bytes = b;
  if (opt.at<ul32>(directories - 4, "optional header") > kExportDirectory)
    im.exports = &opt.at<DataDirectory>(directories, "data directories");
  im.sections =
      b.array<SectionHeader>(optional + file.SizeOfOptionalHeader, file.NumberOfSections, "section table");
  return im;
}

const ExportDirectory *export_directory(const Image &im) {
  if (!im.exports || im.exports->VirtualAddress == 0)
    return nullptr;
  return &im.at(im.exports->VirtualAddress, "export table").at<ExportDirectory>(0, "export table");
}

} // namespace

const Reader &shared_reader() {
  static const DllReader reader;
  return reader;
}

InputFile *make_shared() {
  auto *o = new CoffObject;
  o->reader = &shared_reader();
  o->kind = FileKind::Shared;
  return o;
}

u64 DllReader::count_symbols(const InputFile &f) const {
  Image im = read_image(f.bytes);
  auto *e = export_directory(im);
  if (!e)
    return 0;
  if (e->NumberOfNamePointers > f.bytes.size() / 4)
    throw InputError("more names in the export table than the file has room for");
  return u64(e->NumberOfNamePointers) * 2;
}

void DllReader::parse_symbols(Link &link, InputFile &f) const {
  auto &o = static_cast<CoffObject &>(f);
  Image im = read_image(o.bytes);
  o.machine = IMAGE_FILE_MACHINE_AMD64;
  std::string_view path = o.path;
  o.dll = path.substr(path.rfind('/') + 1);
  auto *e = export_directory(im);
  if (!e)
    return;
  if (e->Name)
    o.dll = im.at(e->Name, "name of the DLL").cstr(0, "name of the DLL");
  u32 n = e->NumberOfNamePointers;
  if (n == 0)
    return;
  auto names = im.at(e->NamePointer, "export name table").array<ul32>(0, n, "export name table");
  auto ordinals = im.at(e->OrdinalTable, "export ordinal table").array<ul16>(0, n, "export ordinal table");
  u32 count = e->AddressTableEntries;
  auto addresses =
      im.at(e->ExportAddressTable, "export address table").array<ul32>(0, count, "export address table");
  o.imports.resize(n);
  o.symbols = Arena::array<Symbol *>(u64(n) * 2);
  u32 begin = im.exports->VirtualAddress, size = im.exports->Size;
  for (u32 k = 0; k < n; ++k) {
    Import &i = o.imports[k];
    i.name = im.at(names[k], "name of an export").cstr(0, "name of an export");
    i.ordinal = static_cast<u16>(k); // as a hint: where the loader looks first
    if (ordinals[k] >= count)
      throw InputError("export " + std::string(i.name) + " has an ordinal that is not there");
    u32 rva = addresses[ordinals[k]];
    bool forwarder = rva >= begin && rva - begin < size;
    const SectionHeader *h = im.section(rva);
    i.data = !forwarder && h && !(h->Characteristics & IMAGE_SCN_MEM_EXECUTE);
    o.symbols[2 * k] = link.symbols.intern(Arena::copy("__imp_" + std::string(i.name)));
    if (!i.data)
      o.symbols[2 * k + 1] = link.symbols.intern(i.name);
  }
  claim_imports(link, o);
}

void DllReader::parse_sections(Link &, InputFile &f) const {
  bind_imports(static_cast<CoffObject &>(f));
}
void DllReader::bind_symbols(Link &, InputFile &f) const {
  bind_imports(static_cast<CoffObject &>(f));
}
void DllReader::reclaim_symbols(Link &link, InputFile &f) const {
  claim_imports(link, static_cast<CoffObject &>(f));
}

} // namespace gold::coff
