// The state of one walk over a command line: what the rows of the option table act on.
#pragma once

#include "driver/option_table.h"
#include "model/options.h"

#include <string>
#include <string_view>
#include <vector>

namespace gold {

// What `gold-go link` was asked for beyond what a linker's command line can say. The toolchain part
// turns it into a full command.
struct NativeRequest {
  enum class Libc : u8 { Auto, Glibc, Musl } libc = Libc::Auto;
  enum class Stdlib : u8 { Auto, None, Libstdcxx, Libcxx } stdlib = Stdlib::Auto;
  enum class Link : u8 { Auto, Pie, NoPie, Shared } link = Link::Auto;
  bool is_static = false;
  bool default_libs = true;
  bool start_files = true;
  bool strip_all = false;   // --strip
  bool strip_debug = false; // -w
  bool shared_runtime = false;
  bool print_link_line = false;
  std::string target; // --target, a triple
  std::string syslibroot;
  std::vector<std::string> pass; // everything else, as written and in order
};

struct Parse {
  explicit Parse(u8 dialect_mask) : mask(dialect_mask) {}

  Options opt;
  u8 mask;
  std::vector<std::string> errors, warnings;
  NativeRequest *native = nullptr; // set in the native dialect

  // Asked for; the caller acts on them when the walk is over.
  bool help = false, help_markdown = false;
  bool version = false;        // --version: print and stop
  bool version_notice = false; // -v: print, go on if there are inputs
  bool emulations = false;     // -V: like -v, with the emulations
  bool nostdlib = false;
  bool print_sysroot = false, print_output_format = false;
  bool repro_beside_output = false; // --repro: FILE.repro.tar

  // Positional state: what holds for the inputs named from here on.
  InputArg state;
  std::vector<InputArg> saved_states;
  bool in_lib = false;

  // The option being acted on, as written, for messages.
  std::string_view spelled;

  void error(std::string text) { errors.push_back(std::move(text)); }
  void warn(std::string text) { warnings.push_back(std::move(text)); }
  // "option '--x': unknown value 'v' (expected ...)"
  void bad_value(const Arg &a, const char *expected);

  InputArg &add_input(InputArg::Kind kind, std::string_view name);
  void add_library(std::string_view name); // NAME or :FILE
  // Reads a number (base 0: as in C; 16: hexadecimal with or without 0x) and reports a bad one.
  bool number(const Arg &a, int base, u64 *out);
  bool number(const Arg &a, int base, u16 *out);
  bool number(const Arg &a, int base, int *out);
};

// A number without blanks or sign: base 0 as in C, 10, or 16 with or without 0x; false: no number.
bool parse_number(std::string_view text, int base, u64 *out);

// Walks `args` (response files already expanded). Errors are collected in `p`, never thrown.
void parse_arguments(Parse &p, const std::vector<std::string> &args);

// What can only be done when the last argument is known: sysroot in paths, default directories of
// libraries, values that depend on each other.
void finish_options(Parse &p);

// Sets format and architecture from -m; false: an emulation that gold-go doesn't have.
bool apply_emulation(std::string_view name, Options &opt);

// Replaces each @FILE by the words in FILE, quoted as GNU tools do: blanks separate, '...' and "..."
// group, a backslash takes the next character literally. Nested, to a depth of 64; a file that can't
// be read leaves its argument as it is, as libiberty does.
std::vector<std::string> expand_response_files(std::vector<std::string> args, std::string *error);

extern const char *const supported_targets;    // names, separated by spaces
extern const char *const supported_emulations; // likewise

std::string version_line();
std::string help_text(std::string_view program, u8 mask);
std::string help_markdown();
std::string verbose_script(const Options &opt);

} // namespace gold
