// From the words of main() to an Invocation.
#include "driver/driver.h"

#include "driver/parse.h"
#include "driver/toolchain/toolchain.h"

#include <unistd.h>

namespace gold {

namespace {

constexpr std::string_view usage =
    "usage: gold-go link FILE... [-o OUTPUT] [OPTION...]   make a program: the rest is found by itself\n"
    "       gold-go ld ...                                 as GNU ld (PE with -m i386pep)\n"
    "       gold-go ld64 ...                               as Apple's ld64\n"
    "       gold-go inspect FILE...                        show what is in objects and images\n"
    "       gold-go runtime list|extract|include-dir       the goroutine runtime\n"
    "       gold-go --version | --help | link --help\n"
    "\n"
    "Called ld, ld.NAME or NAME-ld it is 'gold-go ld'; called ld64.NAME it is 'gold-go ld64'.\n";

Invocation error(std::string text) {
  Invocation inv;
  inv.errors.push_back(std::move(text));
  return inv;
}

Invocation print(std::string text) {
  Invocation inv;
  inv.action = Invocation::Print;
  inv.text = std::move(text);
  return inv;
}

// True when `-m` names a PE emulation: then GNU's PE options exist.
bool asks_for_pe(const std::vector<std::string> &args) {
  bool pe = false;
  for (std::size_t i = 0; i < args.size(); ++i) {
    std::string_view name;
    if (args[i] == "-m" && i + 1 < args.size())
      name = args[++i];
    else if (args[i].starts_with("-m"))
      name = std::string_view(args[i]).substr(2);
    else
      continue;
    if (name.starts_with("i386pe") || name.ends_with("pe"))
      pe = true;
    else if (name.starts_with("elf") || name.starts_with("aarch64"))
      pe = false;
  }
  return pe;
}

// clang calls whatever linker it was given with ld64's options when the target is Apple's.
bool looks_like_ld64(const std::vector<std::string> &args) {
  for (const std::string &a : args)
    if (a == "-platform_version" || a.ends_with("_version_min") || a == "-syslibroot")
      return true;
  return false;
}

std::string_view base_name(std::string_view path) {
  std::size_t slash = path.rfind('/');
  return slash == path.npos ? path : path.substr(slash + 1);
}

bool is_static_pie(const Options &o) {
  return o.kind == OutputKind::Pie && o.is_static;
}

// What follows from the whole line: information asked for, missing inputs, contradictions.
void conclude(Parse &p, u8 mask, Invocation &inv) {
  if (p.help || p.help_markdown || p.version) {
    inv = print(p.help_markdown ? help_markdown()
                : p.help        ? help_text("gold-go", mask)
                                : version_line() + "\n");
    return;
  }
  Options &o = p.opt;
  std::string notice;
  if (p.version_notice) {
    notice = version_line() + "\n";
    if (p.emulations) {
      notice += "  Supported emulations:\n";
      for_each_name(supported_emulations,
                    [&](std::string_view e) { notice += "   " + std::string(e) + "\n"; });
    }
  }
  bool any_input = false;
  for (const InputArg &in : o.inputs)
    any_input |= in.kind == InputArg::File || in.kind == InputArg::Library;
  finish_options(p);
  if (p.errors.empty() && (p.print_sysroot || p.print_output_format)) {
    inv = print(p.print_sysroot
                    ? o.sysroot + "\n"
                    : std::string("elf64-") + (o.arch == Arch::AArch64 ? "littleaarch64\n" : "x86-64\n"));
    return;
  }
  if (!any_input && p.errors.empty()) {
    if (o.verbose)
      notice = version_line() + "\n" + verbose_script(o);
    if (!notice.empty()) {
      inv = print(std::move(notice));
      return;
    }
    p.error("no input files");
  }
  if (o.verbose && p.errors.empty()) {
    notice = version_line() + "\n";
    o.trace_files = true;
  }
  if (is_static_pie(o) && o.dynamic_linker.empty())
    o.no_dynamic_linker = true;
  inv.action = p.errors.empty() ? Invocation::Link : Invocation::Error;
  inv.text = std::move(notice);
  inv.options = std::move(o);
  inv.errors = std::move(p.errors);
  inv.warnings = std::move(p.warnings);
}

Invocation parse_linker(Dialect dialect, u8 mask, std::vector<std::string> args) {
  Invocation inv;
  Parse p(mask);
  p.opt.dialect = dialect;
  if (dialect == Dialect::Gnu) { // what GNU ld does when it is not told
    p.opt.z_text = false;
    p.opt.warn_textrel = true;
    p.opt.hash_sysv = true;
  }
  parse_arguments(p, args);
  p.opt.command_line = std::move(args);
  conclude(p, mask, inv);
  return inv;
}

// `gold-go link`: what the short command stands for is worked out, then parsed as any other.
Invocation parse_native(std::vector<std::string> args) {
  constexpr u8 mask = NAT | GNU | PE;
  NativeRequest request;
  Parse p(mask);
  p.native = &request;
  p.opt.dialect = Dialect::Native;
  parse_arguments(p, args);
  Invocation inv;
  bool any_input = false;
  for (const InputArg &in : p.opt.inputs)
    any_input |= in.kind == InputArg::File;
  if (!p.errors.empty() || p.help || p.help_markdown || p.version || p.print_sysroot ||
      p.print_output_format || !any_input) {
    conclude(p, mask, inv);
    if (inv.action == Invocation::Link) {
      inv.action = Invocation::Error;
      inv.errors.push_back("no input files");
    }
    return inv;
  }
  LinkLine line = complete_link_line(request, p.opt);
  if (!line.errors.empty()) {
    inv.errors = std::move(line.errors);
    inv.options = std::move(p.opt);
    return inv;
  }
  if (request.print_link_line)
    return print(quote_link_line(line) + "\n");
  inv = parse_linker(line.dialect, line.mask, std::move(line.args));
  inv.warnings.insert(inv.warnings.begin(), p.warnings.begin(), p.warnings.end());
  inv.options.dialect = Dialect::Native;
  return inv;
}

Invocation dispatch(Dialect dialect, bool by_name, std::vector<std::string> args) {
  if (dialect == Dialect::Msvc)
    return error("the command line of link.exe (lld-link) is not supported yet");
  std::string problem;
  args = expand_response_files(std::move(args), &problem);
  if (!problem.empty())
    return error(std::move(problem));
  if (by_name && dialect == Dialect::Gnu && looks_like_ld64(args))
    dialect = Dialect::Ld64;
  switch (dialect) {
  case Dialect::Native:
    return parse_native(std::move(args));
  case Dialect::Ld64:
    return parse_linker(dialect, LD64, std::move(args));
  default: {
    u8 mask = asks_for_pe(args) ? GNU | PE : GNU;
    return parse_linker(dialect, mask, std::move(args));
  }
  }
}

} // namespace

Invocation parse_dialect(Dialect dialect, std::vector<std::string> args) {
  return dispatch(dialect, false, std::move(args));
}

Invocation parse_command_line(int argc, const char *const *argv) {
  std::string_view name = argc > 0 ? base_name(argv[0]) : "gold-go";
  std::vector<std::string> args(argv + std::min(argc, 1), argv + argc);
  std::string_view sub = args.empty() ? std::string_view() : std::string_view(args[0]);
  auto rest = [&] { return std::vector<std::string>(args.begin() + 1, args.end()); };
  if (sub == "link")
    return dispatch(Dialect::Native, false, rest());
  if (sub == "ld")
    return dispatch(Dialect::Gnu, false, rest());
  if (sub == "ld64")
    return dispatch(Dialect::Ld64, false, rest());
  if (sub == "lld-link")
    return dispatch(Dialect::Msvc, false, rest());
  if (sub == "inspect" || sub == "runtime") {
    Invocation inv;
    inv.action = sub == "inspect" ? Invocation::Inspect : Invocation::Runtime;
    inv.rest = rest();
    return inv;
  }
  if (sub == "diff" || sub == "check")
    return error("'gold-go " + std::string(sub) + "' is not supported yet");

  if (name.starts_with("ld64"))
    return dispatch(Dialect::Ld64, true, std::move(args));
  if (name == "ld" || name.starts_with("ld.") || name.ends_with("-ld"))
    return dispatch(Dialect::Gnu, true, std::move(args));
  if (name == "lld-link" || name == "link" || name == "link.exe" || name.ends_with("-link"))
    return dispatch(Dialect::Msvc, true, std::move(args));

  if (sub == "--version" || sub == "-v" || sub == "-V" || sub == "version")
    return print(version_line() + "\n");
  if (sub == "--help" || sub == "-h" || sub == "help")
    return print(std::string(usage) + "\n" + help_text("gold-go", NAT | GNU | PE));
  if (sub == "--help-markdown")
    return print(help_markdown());
  if (sub.empty())
    return print(std::string(usage));
  if (sub[0] == '-' || sub.find('/') != sub.npos || sub.ends_with(".o") || sub.ends_with(".a"))
    return error("which command is '" + std::string(sub) +
                 "' for? 'gold-go link' makes a whole program, 'gold-go ld' is a plain linker");
  for (std::string_view known : {"link", "ld", "ld64", "lld-link", "inspect", "runtime", "diff", "check"})
    if (sub.size() > 2 && (known.starts_with(sub) || sub.starts_with(known)))
      return error("unknown command '" + std::string(sub) + "'; did you mean '" + std::string(known) + "'?");
  return error("unknown command '" + std::string(sub) + "'; commands are link, ld, ld64, inspect, runtime");
}

} // namespace gold
