// The one table of command line options, for all dialects.
//
// A row says how an option is spelled, in which dialects it exists, what argument it takes, what it
// means, and how it acts on Options. The parsers, --help and docs/options.md are made from the rows;
// nothing else knows an option's name. The table is cut into groups by family (one file each:
// table_gnu.cc, ...), constant data with a sorted index of names made by the compiler, so that it
// costs a process nothing before the first look-up.
#pragma once

#include "support/types.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gold {

struct Parse;

// Dialects in which a row exists; a parser looks for the union of those that it speaks.
enum DialectBit : u8 {
  NAT = 1,  // gold-go link: the rows that only the toolchain part understands
  GNU = 2,  // GNU ld, any format
  PE = 4,   // GNU ld with a PE emulation
  LD64 = 8, // Apple's ld64
};

enum class Form : u8 {
  Heading,  // no option: a title in --help; the text is in `help`
  None,     // --x
  Value,    // --x=V or --x V; one-letter names: -xV or -x V
  Optional, // --x or --x=V; one-letter names: -x or -xV
  Joined,   // the value follows the name directly: -weak-lV, --lto-O2
  Two,      // two arguments follow: -alias A B
  Three,    // three arguments follow: -sectcreate SEG SECT FILE
  Z,        // -z NAME
  ZValue,   // -z NAME=V
};

enum class Status : u8 {
  Done,
  Ignored, // accepted silently; `help` says why that is enough
  NotYet,  // known, and refused with a clear error
};

struct Arg {
  std::array<std::string_view, 3> v{};
  u8 count = 0; // how many of `v` the command line gave
  std::string str() const { return std::string(v[0]); }
};

struct OptionSpec {
  const char *names; // without dashes, separated by spaces; the first is the one that messages use
  Form form;
  u8 dialects;
  Status status;
  const char *metavar; // "FILE"; null when there is no argument
  const char *help;
  void (*act)(Parse &, const Arg &); // null: nothing to do
};

struct OptionName {
  std::string_view name;
  u16 row;
};

struct OptionGroup {
  std::span<const OptionSpec> rows;
  std::span<const OptionName> index; // by name
};

// In the order of --help: native, GNU, -z, PE, ld64.
std::span<const OptionGroup> option_groups();

// The row with exactly this name whose dialects meet `mask`, among ordinary options (`z` false) or
// -z keywords (`z` true). Null: none. With several, the first group wins.
const OptionSpec *find_option(std::string_view name, u8 mask, bool z);

// The row of form Joined with the longest name that begins `text`; `*length` is that name's.
const OptionSpec *find_joined_option(std::string_view text, u8 mask, std::size_t *length);

// The known name nearest to a misspelt one, or empty when none is near enough.
std::string_view nearest_option(std::string_view name, u8 mask, bool z);

// Calls f(name) for each name of a row.
template <class F> constexpr void for_each_name(std::string_view names, F &&f) {
  while (!names.empty()) {
    std::size_t space = names.find(' ');
    f(names.substr(0, space));
    names = space == names.npos ? std::string_view() : names.substr(space + 1);
  }
}

// The sorted index of one group: constexpr auto index = make_index<count_names(rows)>(rows);
template <std::size_t N> consteval std::size_t count_names(const OptionSpec (&rows)[N]) {
  std::size_t n = 0;
  for (const OptionSpec &row : rows)
    for_each_name(row.names, [&](std::string_view) { ++n; });
  return n;
}

template <std::size_t M, std::size_t N>
consteval std::array<OptionName, M> make_index(const OptionSpec (&rows)[N]) {
  std::array<OptionName, M> index{};
  std::size_t n = 0;
  for (std::size_t i = 0; i < N; ++i)
    for_each_name(rows[i].names, [&](std::string_view name) { index[n++] = {name, static_cast<u16>(i)}; });
  std::sort(index.begin(), index.end(), [](const OptionName &a, const OptionName &b) {
    return a.name != b.name ? a.name < b.name : a.row < b.row;
  });
  return index;
}

// Helpers for the rows' actions.
#define GOLD_SET(field, value) [](Parse &p, const Arg &) { p.opt.field = value; }
#define GOLD_STR(field) [](Parse &p, const Arg &a) { p.opt.field = a.str(); }
#define GOLD_ADD(field) [](Parse &p, const Arg &a) { p.opt.field.push_back(a.str()); }
#define GOLD_NUM(field) [](Parse &p, const Arg &a) { p.number(a, 0, &p.opt.field); }
#define GOLD_HEX(field) [](Parse &p, const Arg &a) { p.number(a, 16, &p.opt.field); }

} // namespace gold
