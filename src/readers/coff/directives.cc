// .drectve: options that a compiler leaves in an object for the linker ("The .drectve Section").
//
// Words are separated by blanks; quotes may stand around a word or within it. What GCC and clang write
// for MinGW is understood, with what concerns symbols of what MSVC writes.
#include "readers/coff/parts.h"

#include <algorithm>
#include <cstring>

namespace gold::coff {

namespace {

// The next word without its quotes; empty at the end.
std::string_view next_word(std::string_view &text) {
  constexpr std::string_view blanks(" \t\r\n\0", 5);
  std::size_t at = text.find_first_not_of(blanks);
  if (at == text.npos) {
    text = {};
    return {};
  }
  text.remove_prefix(at);
  std::size_t end = 0;
  bool quoted = false, any_quote = false;
  for (; end < text.size() && (quoted || blanks.find(text[end]) == blanks.npos); ++end)
    if (text[end] == '"') {
      quoted = !quoted;
      any_quote = true;
    }
  std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  if (!any_quote)
    return word;
  std::string plain(word);
  std::erase(plain, '"');
  return Arena::copy(plain);
}

bool is_option(std::string_view word, std::string_view name, std::string_view *value) {
  if (word.size() < name.size() + 1 || strncasecmp(word.data() + 1, name.data(), name.size()) != 0)
    return false;
  std::string_view rest = word.substr(1 + name.size());
  if (!rest.empty() && rest[0] != ':')
    return false;
  *value = rest.empty() ? rest : rest.substr(1);
  return true;
}

// NAME[=SYMBOL][,@ORDINAL[,NONAME]][,DATA|CONSTANT|PRIVATE]
Export parse_export(std::string_view v) {
  Export e;
  std::size_t comma = v.find(',');
  std::string_view name = v.substr(0, comma);
  std::size_t eq = name.find('=');
  e.name = name.substr(0, eq);
  e.internal = eq == name.npos ? e.name : name.substr(eq + 1);
  while (comma != v.npos) {
    v.remove_prefix(comma + 1);
    comma = v.find(',');
    std::string_view flag = v.substr(0, comma);
    auto is = [&](const char *s) {
      return flag.size() == std::strlen(s) && strncasecmp(flag.data(), s, flag.size()) == 0;
    };
    if (flag.starts_with('@')) {
      u32 n = 0;
      for (char c : flag.substr(1))
        n = c >= '0' && c <= '9' && n < 65536 ? n * 10 + static_cast<u32>(c - '0') : 65536;
      if (n == 0 || n > 65535)
        throw InputError("-export with the bad ordinal " + std::string(flag));
      e.ordinal = static_cast<u16>(n);
    } else if (is("data")) {
      e.data = true;
    } else if (is("constant")) {
      e.constant = true;
    } else if (is("noname")) {
      e.noname = true;
    } else if (is("private")) {
      e.is_private = true;
    } else {
      throw InputError("-export with the unknown word " + std::string(flag));
    }
  }
  return e;
}

} // namespace

u64 count_directives(ByteView file, std::span<const SectionHeader> shdrs) {
  u64 bytes = 0;
  for (const SectionHeader &h : shdrs)
    if (std::memcmp(h.Name, ".drectve", 8) == 0 && file.contains(h.PointerToRawData, h.SizeOfRawData))
      bytes += h.SizeOfRawData;
  return bytes / 5; // "-u:x " would be the shortest
}

std::vector<std::string_view> requested_libraries(ByteView b) {
  std::vector<std::string_view> requests;
  if (is_import_object(b) || is_definition_file(b))
    return requests;
  try {
    for (const SectionHeader &h : read_tables(b).shdrs) {
      if (std::memcmp(h.Name, ".drectve", 8) != 0)
        continue;
      std::string_view text = b.sub(h.PointerToRawData, h.SizeOfRawData, ".drectve").str();
      for (std::string_view word, v; !(word = next_word(text)).empty();)
        if (is_option(word, "defaultlib", &v) && !v.empty()) {
          if (v.ends_with(".lib") || v.ends_with(".LIB"))
            v.remove_suffix(4);
          requests.push_back(Arena::copy("-l" + std::string(v)));
        }
    }
  } catch (const InputError &) {
    // Reading the object will say what is wrong with it.
  }
  return requests;
}

void read_directives(CoffObject &o, std::string_view text, Link &link) {
  if (text.starts_with("\xef\xbb\xbf"))
    text.remove_prefix(3);
  for (std::string_view word; !(word = next_word(text)).empty();) {
    std::string_view v;
    if (word[0] != '-' && word[0] != '/') {
      link.diag.warn(o.display_name() + ": .drectve: unexpected word '" + std::string(word) + "'",
                     o.priority);
    } else if (is_option(word, "export", &v)) {
      o.exports.push_back(parse_export(v));
      if (o.exports.back().internal.find('.') == std::string_view::npos ||
          o.exports.back().internal == o.exports.back().name)
        o.extra_names.push_back(o.exports.back().internal);
    } else if (is_option(word, "include", &v)) {
      o.extra_names.push_back(v);
    } else if (is_option(word, "aligncomm", &v)) {
      std::size_t comma = v.rfind(',');
      u32 n = comma == v.npos || comma + 1 == v.size() ? 99 : 0;
      for (std::size_t i = comma + 1; n < 99 && i < v.size(); ++i)
        n = v[i] >= '0' && v[i] <= '9' ? n * 10 + static_cast<u32>(v[i] - '0') : 99;
      if (n > 13)
        throw InputError(".drectve: malformed " + std::string(word));
      o.common_aligns.emplace_back(v.substr(0, comma), static_cast<u8>(n));
    } else if (is_option(word, "exclude-symbols", &v)) {
      while (!v.empty()) {
        std::size_t end = v.find_first_of(",:");
        if (end)
          o.excluded.push_back(v.substr(0, end));
        v = end == v.npos ? std::string_view() : v.substr(end + 1);
      }
    } else if (is_option(word, "alternatename", &v)) {
      std::size_t eq = v.find('=');
      if (eq == 0 || eq == v.npos || eq + 1 == v.size())
        throw InputError(".drectve: malformed " + std::string(word));
      o.alternates.emplace_back(v.substr(0, eq), v.substr(eq + 1));
    } else if (is_option(word, "failifmismatch", &v) || is_option(word, "guardsym", &v) ||
               is_option(word, "disallowlib", &v) || is_option(word, "throwingnew", &v) ||
               is_option(word, "editandcontinue", &v) || is_option(word, "nodefaultlib", &v) ||
               is_option(word, "defaultlib", &v)) {
      // what only concerns link.exe's own checks and choices; libraries have been asked for before
    } else {
      link.diag.warn(o.display_name() + ": .drectve: '" + std::string(word) + "' is not supported yet",
                     o.priority);
    }
  }
}

} // namespace gold::coff
