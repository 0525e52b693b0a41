// The walk over a command line: which words are options, where their arguments are, and what the
// option table says about them.
//
// GNU's rules: a long name takes one dash or two, and its argument follows '=' or is the next word.
// A one-letter name takes one dash, and its argument follows directly or is the next word. A long
// name wins over a one-letter name with an argument (-Map is not -M ap), with one exception from GNU
// ld: what begins with -o is an output's name (-omagic is -o magic).
#include "driver/parse.h"

#include "driver/directories.h"

#include <sys/stat.h>

#include <cstdlib>

namespace gold {

extern const OptionGroup native_options;

bool parse_number(std::string_view text, int base, u64 *out) {
  if (text.size() > 2 && text[0] == '0' && (text[1] | 0x20) == 'x' && base != 10) {
    text.remove_prefix(2);
    base = 16;
  } else if (base == 0) {
    base = text.size() > 1 && text[0] == '0' ? 8 : 10;
  }
  if (text.empty())
    return false;
  u64 v = 0;
  for (char c : text) {
    int digit = c >= '0' && c <= '9'                     ? c - '0'
                : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
                                                         : 99;
    if (digit >= base || __builtin_mul_overflow(v, static_cast<u64>(base), &v) ||
        __builtin_add_overflow(v, static_cast<u64>(digit), &v))
      return false;
  }
  *out = v;
  return true;
}

void Parse::bad_value(const Arg &a, const char *expected) {
  error("option '" + std::string(spelled) + "': bad value '" + a.str() + "'; expected " + expected);
}

bool Parse::number(const Arg &a, int base, u64 *out) {
  if (parse_number(a.v[0], base, out))
    return true;
  bad_value(a, base == 16 ? "a hexadecimal number" : "a number");
  return false;
}

bool Parse::number(const Arg &a, int base, u16 *out) {
  u64 v;
  if (!parse_number(a.v[0], base, &v) || v > 0xffff) {
    bad_value(a, "a number up to 65535");
    return false;
  }
  *out = static_cast<u16>(v);
  return true;
}

bool Parse::number(const Arg &a, int base, int *out) {
  u64 v;
  if (!parse_number(a.v[0], base, &v) || v > 0x7fffffff) {
    bad_value(a, "a number");
    return false;
  }
  *out = static_cast<int>(v);
  return true;
}

InputArg &Parse::add_input(InputArg::Kind kind, std::string_view name) {
  InputArg &in = opt.inputs.emplace_back(state);
  in.kind = kind;
  in.name = std::string(name);
  return in;
}

void Parse::add_library(std::string_view name) {
  bool exact = name.starts_with(':');
  if (exact)
    name.remove_prefix(1);
  if (name.empty())
    return error("-l without a name");
  add_input(InputArg::Library, name).exact = exact;
}

namespace {

bool takes_value(Form f) {
  return f == Form::Value || f == Form::Optional || f == Form::Joined;
}

bool is_native_row(const OptionSpec *row) {
  return row >= native_options.rows.data() && row < native_options.rows.data() + native_options.rows.size();
}

class Walk {
public:
  Walk(Parse &p, const std::vector<std::string> &args) : p_(p), args_(args) {}

  void run() {
    for (i_ = 0; i_ < args_.size(); ++i_) {
      std::size_t first = i_;
      std::string_view word = args_[i_];
      const OptionSpec *row = nullptr;
      if (word.size() < 2 || word[0] != '-')
        p_.add_input(InputArg::File, word);
      else
        row = option(word);
      // What `gold-go link` does not act on itself goes to the linker as it was written.
      if (p_.native && (!row || !is_native_row(row)))
        p_.native->pass.insert(p_.native->pass.end(), args_.begin() + static_cast<std::ptrdiff_t>(first),
                               args_.begin() + static_cast<std::ptrdiff_t>(std::min(i_ + 1, args_.size())));
    }
  }

private:
  Parse &p_;
  const std::vector<std::string> &args_;
  std::size_t i_ = 0;

  bool gnu() const { return p_.mask & GNU; }

  const OptionSpec *option(std::string_view word) {
    bool one_dash = word[1] != '-';
    std::string_view body = word.substr(one_dash ? 1 : 2);
    if (one_dash && gnu()) {
      if (body[0] == 'o' && body.size() > 1)
        return act(find_option("o", p_.mask, false), word.substr(0, 2), body.substr(1));
      if (body == "z")
        return keyword({});
    }
    std::size_t eq = body.find('=');
    if (const OptionSpec *row = find_option(body.substr(0, eq), p_.mask, false);
        row && (eq == body.npos || eq > 1 || !one_dash)) {
      if (eq == body.npos)
        return act(row, word, {});
      if (takes_value(row->form))
        return act(row, word.substr(0, word.size() - body.size() + eq), body.substr(eq + 1));
      if (row->form == Form::None) {
        p_.error("option '" + std::string(word.substr(0, word.size() - body.size() + eq)) +
                 "' takes no argument");
        return row;
      }
    }
    std::size_t length;
    if (const OptionSpec *row = find_joined_option(body, p_.mask, &length))
      return act(row, word.substr(0, word.size() - body.size() + length), body.substr(length));
    if (one_dash) {
      if (body[0] == 'z' && gnu())
        return keyword(body.substr(1));
      if (const OptionSpec *row = find_option(body.substr(0, 1), p_.mask, false);
          row && takes_value(row->form))
        return act(row, word.substr(0, 2), body.substr(1));
    }
    unknown(word, body.substr(0, eq));
    return nullptr;
  }

  // `value` has a null pointer when the word holds none.
  const OptionSpec *act(const OptionSpec *row, std::string_view spelled, std::string_view value) {
    Arg a;
    p_.spelled = spelled;
    std::size_t want = 0;
    switch (row->form) {
    case Form::Value:
      want = 1;
      break;
    case Form::Two:
      want = 2;
      break;
    case Form::Three:
      want = 3;
      break;
    case Form::Joined:
      a.count = 1;
      break;
    default:
      break;
    }
    if (value.data()) {
      a.v[0] = value;
      a.count = 1;
    }
    while (a.count < want) {
      if (i_ + 1 >= args_.size()) {
        p_.error("option '" + std::string(spelled) + "' needs " +
                 (want == 1   ? "an argument"
                  : want == 2 ? "two arguments"
                              : "three arguments"));
        return row;
      }
      a.v[a.count++] = args_[++i_];
    }
    apply(row, a, spelled);
    return row;
  }

  void apply(const OptionSpec *row, const Arg &a, std::string_view spelled) {
    if (row->status == Status::NotYet)
      p_.error("option '" + std::string(spelled) + "' is not supported yet");
    else if (row->act)
      row->act(p_, a);
  }

  // -z KEYWORD[=VALUE], in one word or two.
  const OptionSpec *keyword(std::string_view text) {
    if (!text.data()) {
      if (i_ + 1 >= args_.size()) {
        p_.error("option '-z' needs an argument");
        return nullptr;
      }
      text = args_[++i_];
    }
    std::string spelled = "-z " + std::string(text);
    p_.spelled = spelled;
    std::size_t eq = text.find('=');
    const OptionSpec *row = find_option(text.substr(0, eq), p_.mask, true);
    if (!row) {
      std::string_view near = nearest_option(text.substr(0, eq), p_.mask, true);
      p_.warn("unknown option '" + spelled + "' ignored" +
              (near.empty() ? "" : "; did you mean '-z " + std::string(near) + "'?"));
      return nullptr;
    }
    Arg a;
    if (eq != text.npos) {
      a.v[0] = text.substr(eq + 1);
      a.count = 1;
    }
    if ((row->form == Form::ZValue) != (a.count == 1))
      p_.error("option '" + spelled + (a.count ? "' takes no value" : "' needs a value after '='"));
    else
      apply(row, a, spelled);
    p_.spelled = {};
    return row;
  }

  void unknown(std::string_view word, std::string_view name) {
    std::string text = "unknown option '" + std::string(word) + "'";
    if (word.starts_with("-Wl,") || word == "-Xlinker")
      text += ": -Wl and -Xlinker are for compilers; give the linker's option itself";
    else if (find_option(name, GNU | PE | LD64 | NAT, false) && !find_option(name, p_.mask, false))
      text += elsewhere(name);
    else if (std::string_view near = nearest_option(name, p_.mask, false); !near.empty())
      text += std::string("; did you mean '") + (gnu() ? "--" : "-") + std::string(near) + "'?";
    p_.error(std::move(text));
  }

  std::string elsewhere(std::string_view name) const {
    u8 where = find_option(name, GNU | PE | LD64 | NAT, false)->dialects;
    return where & PE     ? ": it is an option for PE images (-m i386pep)"
           : where & LD64 ? ": it is an option of 'gold-go ld64'"
           : where & GNU  ? ": it is an option of 'gold-go ld'"
                          : ": it is an option of 'gold-go link'";
  }
};

void prefix_sysroot(std::string &dir, const std::string &sysroot) {
  std::size_t prefix = dir.starts_with("=") ? 1 : dir.starts_with("$SYSROOT") ? 8 : 0;
  if (prefix) // "=lib" means the same as "=/lib"
    dir = sysroot + (sysroot.empty() || dir.substr(prefix).starts_with('/') ? "" : "/") + dir.substr(prefix);
}

void split_path(const char *text, std::vector<std::string> *out) {
  std::string_view rest = text;
  while (!rest.empty()) {
    std::size_t colon = rest.find(':');
    if (colon != 0)
      out->emplace_back(rest.substr(0, colon));
    rest = colon == rest.npos ? std::string_view() : rest.substr(colon + 1);
  }
}

// -syslibroot moves absolute paths below it where the directory exists there, as ld64 does.
void finish_ld64(Parse &p) {
  Options &o = p.opt;
  auto below_sdk = [&](std::vector<std::string> &dirs) {
    struct stat st;
    for (std::string &dir : dirs)
      if (!o.sysroot.empty() && dir.starts_with('/'))
        if (std::string inside = o.sysroot + dir; stat(inside.c_str(), &st) == 0)
          dir = inside;
  };
  below_sdk(o.library_paths);
  below_sdk(o.framework_paths);
  if (!p.nostdlib) {
    o.library_paths.push_back(o.sysroot + "/usr/lib");
    o.library_paths.push_back(o.sysroot + "/usr/local/lib");
    o.framework_paths.push_back(o.sysroot + "/Library/Frameworks");
    o.framework_paths.push_back(o.sysroot + "/System/Library/Frameworks");
  }
  for (auto &[symbol, alias] : o.aliases)
    o.defsyms.push_back({alias, symbol});
  if (o.arch == Arch::AArch64 && o.kind == OutputKind::Executable) {
    p.warn("-no_pie has no meaning for arm64, which runs position-independent executables only");
    o.kind = OutputKind::Pie;
  }
  // A name that nobody defines is an error in dylibs, too.
  o.no_undefined = true;
  if (o.kind == OutputKind::Shared && o.install_name.empty() && !o.macho_bundle)
    o.install_name = o.final_output_set ? o.final_output : o.output;
}

} // namespace

void parse_arguments(Parse &p, const std::vector<std::string> &args) {
  if (p.mask & LD64)
    p.opt.kind = OutputKind::Pie;
  Walk(p, args).run();
}

void finish_options(Parse &p) {
  Options &o = p.opt;
  if (p.in_lib)
    p.add_input(InputArg::EndLib, ""); // to the end of the line, as in lld and mold
  while (o.sysroot.ends_with('/'))
    o.sysroot.pop_back();
  if (p.repro_beside_output)
    o.reproduce = o.output + ".repro.tar";
  if (o.time_trace == "*")
    o.time_trace = o.output + ".time-trace";
  if (p.mask & LD64)
    return finish_ld64(p);
  for (std::string &dir : o.library_paths)
    prefix_sysroot(dir, o.sysroot);
  if (o.format == Format::Coff) {
    if (o.output == "a.out")
      o.output = o.kind == OutputKind::Shared ? "a.dll" : "a.exe";
    o.no_undefined = true; // an import always says which DLL it comes from
    if (!p.nostdlib)
      for (std::string &dir : mingw_library_directories(o.arch, o.sysroot))
        o.library_paths.push_back(std::move(dir));
    return;
  }
  if (const char *path = getenv("LD_RUN_PATH"); path && o.rpaths.empty() && o.kind != OutputKind::Relocatable)
    split_path(path, &o.rpaths);
  if (!p.nostdlib)
    for (std::string &dir : elf_library_directories(o.arch, o.sysroot))
      o.library_paths.push_back(std::move(dir));
}

bool apply_emulation(std::string_view name, Options &opt) {
  static constexpr struct {
    std::string_view name;
    Format format;
    Arch arch;
  } known[] = {
      {"elf_x86_64", Format::Elf, Arch::X86_64},      {"elf_x86_64_fbsd", Format::Elf, Arch::X86_64},
      {"elf_x86_64_sol2", Format::Elf, Arch::X86_64}, {"aarch64linux", Format::Elf, Arch::AArch64},
      {"aarch64elf", Format::Elf, Arch::AArch64},     {"aarch64_elf64_le_vec", Format::Elf, Arch::AArch64},
      {"aarch64fbsd", Format::Elf, Arch::AArch64},    {"i386pep", Format::Coff, Arch::X86_64},
      {"arm64pe", Format::Coff, Arch::AArch64}};
  for (auto &k : known)
    if (name == k.name) {
      opt.format = k.format;
      opt.arch = k.arch;
      return true;
    }
  return false;
}

} // namespace gold
