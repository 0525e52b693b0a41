// Texts made from the option table: --help, docs/options.md, and the lines by which other programs
// tell what kind of linker this is.
#include "driver/parse.h"

#ifndef GOLD_GO_VERSION
#define GOLD_GO_VERSION "0.1.0"
#endif

namespace gold {

// libtool looks for "supported targets:" and the names of GNU's formats, configure scripts for -V's
// list of emulations.
const char *const supported_targets = "elf64-x86-64 elf64-littleaarch64 pei-x86-64 pei-aarch64-little "
                                      "mach-o-x86-64 mach-o-arm64 binary";
const char *const supported_emulations = "elf_x86_64 aarch64linux aarch64elf i386pep arm64pe";

// meson, CMake, autoconf and libtool look for "GNU", "GNU ld (...) N" or "GNU Binutils" here; a line
// that began with "GNU gold", or held "LLD", would be taken for another linker. libtool takes " 0." and " 1."
// for versions of GNU ld that had no version scripts: hence the "v".
std::string version_line() {
  return "gold-go v" GOLD_GO_VERSION " (compatible with GNU ld (GNU Binutils) 2.44)";
}

namespace {

bool is_z(const OptionSpec &row) {
  return row.form == Form::Z || row.form == Form::ZValue;
}

// "-o FILE, --output=FILE"
std::string spelling(const OptionSpec &row, std::string_view name) {
  std::string out, metavar = row.metavar ? row.metavar : "";
  if (is_z(row)) {
    out = "-z " + std::string(name);
    return row.form == Form::ZValue ? out + "=" + metavar : out;
  }
  // As manuals write them: -Map, -Bstatic; ld64 knows one dash only.
  bool ld64_only = !(row.dialects & (GNU | PE | NAT)), capital = name[0] >= 'A' && name[0] <= 'Z';
  out = (name.size() == 1 || ld64_only || capital ? "-" : "--") + std::string(name);
  switch (row.form) {
  case Form::Value:
    return out + (name.size() == 1 || ld64_only ? " " : "=") + metavar;
  case Form::Optional:
    return row.metavar ? out + "[=" + metavar + "]" : out;
  case Form::Joined:
    return out + metavar;
  case Form::Two:
  case Form::Three:
    return out + " " + metavar;
  default:
    return out;
  }
}

std::string spellings(const OptionSpec &row) {
  std::string out;
  for_each_name(row.names, [&](std::string_view name) {
    if (!out.empty())
      out += ", ";
    out += spelling(row, name);
  });
  return out;
}

// A table cell: '|' and '<' mean something in Markdown.
std::string cell(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '|')
      out += '\\';
    out += c;
  }
  return out;
}

std::string dialects(const OptionSpec &row) {
  std::string out;
  auto add = [&](const char *name) { out += (out.empty() ? "" : ", ") + std::string(name); };
  if (row.dialects & NAT)
    add("link");
  if (row.dialects & GNU)
    add("ld");
  if ((row.dialects & PE) && !(row.dialects & GNU))
    add("ld (PE)");
  if (row.dialects & LD64)
    add("ld64");
  return out;
}

} // namespace

std::string help_text(std::string_view program, u8 mask) {
  std::string out = "Usage: " + std::string(program) + " [options] file...\n";
  constexpr std::size_t column = 34;
  auto line = [&](const OptionSpec &row) {
    std::string left = "  " + spellings(row);
    std::string right =
        row.status == Status::Ignored ? "Ignored: " + std::string(row.help) : std::string(row.help);
    if (row.status == Status::NotYet)
      right = "(not yet) " + right;
    out += left;
    if (left.size() + 2 > column)
      out += '\n' + std::string(column, ' ');
    else
      out += std::string(column - left.size(), ' ');
    out += right + '\n';
  };
  const char *heading = nullptr;
  for (const OptionGroup &g : option_groups())
    for (const OptionSpec &row : g.rows) {
      if (row.form == Form::Heading) {
        heading = row.help;
        continue;
      }
      // Programs grep this text to learn what they may pass: PE's options are always shown to them.
      if (!(row.dialects & (mask | (mask & GNU ? PE : 0))))
        continue;
      if (heading)
        out += '\n' + std::string(heading) + ":\n";
      heading = nullptr;
      line(row);
    }
  out += "\nLong options take one dash or two, and their argument after '=' or as the next word.\n"
         "@FILE stands for the words in FILE.\n\n";
  out += std::string(program) + ": supported targets: " + supported_targets + "\n";
  out += std::string(program) + ": supported emulations: " + supported_emulations + "\n";
  return out;
}

std::string help_markdown() {
  std::string done, ignored, not_yet;
  const char *heading = nullptr;
  for (const OptionGroup &g : option_groups())
    for (const OptionSpec &row : g.rows) {
      if (row.form == Form::Heading) {
        heading = row.help;
        continue;
      }
      std::string names;
      for_each_name(row.names, [&](std::string_view name) {
        names += (names.empty() ? "`" : ", `") + cell(spelling(row, name)) + "`";
      });
      std::string entry = "| " + names + " | " + dialects(row) + " | " + cell(row.help) + " |\n";
      if (row.status == Status::Ignored) {
        ignored += entry;
      } else if (row.status == Status::NotYet) {
        not_yet += entry;
      } else {
        if (heading)
          done += "\n### " + std::string(heading) + "\n\n| option | in | |\n|---|---|---|\n";
        heading = nullptr;
        done += entry;
      }
    }
  return "# Options of gold-go\n\n"
         "Made by `gold-go --help-markdown` from the option table in `src/driver/`; do not edit.\n\n"
         "`link` is `gold-go link`, which also takes the options of `ld`; `ld` is the dialect of GNU ld, `ld "
         "(PE)` the same with a PE\n"
         "emulation, `ld64` Apple's. In `link` and `ld`, long options take one dash or two, and their "
         "argument after `=` or as the next\n"
         "word. `@FILE` stands for the words in FILE.\n\n"
         "## What works\n" +
         done + "\n## Not yet\n\nKnown, and refused with an error.\n\n| option | in | |\n|---|---|---|\n" +
         not_yet +
         "\n## Ignored\n\nAccepted without a word; the last column says why that is enough.\n\n| option | in "
         "| why |\n|---|---|---|\n" +
         ignored;
}

// GNU ld prints its built-in script here. Programs read the search directories and the output format
// out of it; gold-go's built-in layout is no text, so these lines are all there is.
std::string verbose_script(const Options &opt) {
  bool pe = opt.format == Format::Coff, arm = opt.arch == Arch::AArch64;
  std::string out = "using internal linker script:\n==================================================\n";
  std::string format =
      pe ? (arm ? "pei-aarch64-little" : "pei-x86-64") : (arm ? "elf64-littleaarch64" : "elf64-x86-64");
  out += "OUTPUT_FORMAT(\"" + format + "\")\n";
  out += std::string("OUTPUT_ARCH(") + (arm ? "aarch64" : "i386:x86-64") + ")\n";
  out += std::string("ENTRY(") + (pe ? "mainCRTStartup" : "_start") + ")\n";
  for (const std::string &dir : opt.library_paths)
    out += "SEARCH_DIR(\"" + dir + "\");\n";
  return out + "==================================================\n";
}

} // namespace gold
