#include "formats/goobj/object.h"

namespace gold::goobj {

std::string_view GoObject::string(const StringRef &r) const {
  u32 size = r.size;
  if (size == 0)
    return {};
  u32 off = r.offset, end = header->offsets[kBlockAutolib];
  if (off < sizeof(Header) || off > end || size > end - off)
    throw InputError("a string lies outside of the string bytes", text.payload + off);
  return {reinterpret_cast<const char *>(payload.data()) + off, size};
}

namespace {
// The part of a table between two entries of its index.
template <class T> T part(const T &table, std::span<const ul32> index, u32 i, const char *what) {
  u32 begin = index[i], end = index[i + 1];
  if (begin > end || end > table.size())
    throw InputError("the index of " + std::string(what) + " is broken at symbol " + std::to_string(i));
  if constexpr (requires { table.subspan(0, 0); })
    return table.subspan(begin, end - begin);
  else
    return table.sub(begin, end - begin);
}
} // namespace

std::span<const RelocRecord> GoObject::relocs_of(u32 i) const {
  return part(relocs, reloc_index, i, "relocations");
}
std::span<const AuxRecord> GoObject::aux_of(u32 i) const {
  return part(auxes, aux_index, i, "aux symbols");
}
ByteView GoObject::data_of(u32 i) const {
  return part(data, data_index, i, "data");
}

u32 GoObject::local_index(SymRef r) const {
  u32 package = r.package, index = r.index, first, end;
  switch (package) {
  case kPkgNone:
    first = first_nonpkg;
    end = static_cast<u32>(records.size());
    break;
  case kPkgHashed64:
    first = first_hashed64;
    end = first_hashed;
    break;
  case kPkgHashed:
    first = first_hashed;
    end = first_nonpkg;
    break;
  case kPkgSelf:
    first = 0;
    end = first_hashed64;
    break;
  case kPkgBuiltin:
    if (index >= builtins().size())
      throw InputError("a reference to builtin symbol " + std::to_string(index) + ", which " +
                       std::string(kRelease) + " doesn't have");
    return ~u32(0);
  default:
    if (package >= packages.size() && (package || index))
      throw InputError("a reference to package " + std::to_string(package) + ", which is not there");
    if (package == 0 && index)
      throw InputError("a reference to symbol " + std::to_string(index) + " of no package");
    return ~u32(0);
  }
  if (index >= end - first)
    throw InputError("a reference to symbol " + std::to_string(index) + " of its kind, which is not there");
  return first + index;
}

Symbol *GoObject::resolve(SymRef r) const {
  u32 local = local_index(r);
  if (local != ~u32(0))
    return symbols[local];
  u32 package = r.package, index = r.index;
  if (package == 0)
    return nullptr;
  if (package == kPkgBuiltin)
    return runtime ? runtime->symbols[runtime->records.size() + index] : nullptr;
  const GoObject *owner = package < package_objects.size() ? package_objects[package] : nullptr;
  if (!owner)
    return nullptr;
  if (index >= owner->first_hashed64)
    throw InputError("a reference to symbol " + std::to_string(index) + " of package " +
                     std::string(string(packages[package])) + ", which has " +
                     std::to_string(owner->first_hashed64));
  return owner->symbols[index];
}

} // namespace gold::goobj
