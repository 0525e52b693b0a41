// macOS programs: there are no start files, and libSystem is all that is needed besides libc++. Words
// in GNU's spelling are said again in ld64's.
#include "driver/directories.h"
#include "driver/toolchain/parts.h"
#include "support/mapped_file.h"

#include <cstdlib>

namespace gold {

namespace {

// "13" of arm64-apple-macos13, or "".
std::string target_version(const std::string &triple) {
  for (const char *os : {"macosx", "macos"})
    if (std::size_t at = triple.find(os); at != triple.npos)
      return triple.substr(at + std::string_view(os).size());
  return "";
}

// The SDK says its version in a JSON file: "Version":"13.3".
std::string sdk_version(const std::string &sdk) {
  std::string ignored;
  const MappedFile *m = map_file(sdk + "/SDKSettings.json", &ignored);
  if (!m)
    return "";
  std::string_view text = m->bytes.str();
  std::size_t at = text.find("\"Version\"");
  if (at == text.npos)
    return "";
  at = text.find('"', at + 9);
  std::size_t end = at == text.npos ? at : text.find('"', at + 1);
  return end == text.npos ? "" : std::string(text.substr(at + 1, end - at - 1));
}

void add_input(Completion &c, const InputArg &in) {
  switch (in.kind) {
  case InputArg::StartLib:
    return c.add("--start-lib");
  case InputArg::EndLib:
    return c.add("--end-lib");
  case InputArg::File:
    if (in.whole_archive)
      return c.add("-force_load", in.name);
    return c.add(in.name);
  case InputArg::Library:
    if (in.framework)
      return c.add(in.weak ? "-weak_framework" : "-framework", in.name);
    return c.add((in.weak ? "-weak-l" : "-l") + in.name);
  case InputArg::Script:
    return;
  }
}

} // namespace

void complete_macho(Completion &c) {
  const NativeRequest &r = c.request;
  const Options &o = c.given;
  c.line.dialect = Dialect::Ld64;
  c.line.mask = LD64;
  std::string sdk = o.sysroot;
  if (const char *env = std::getenv("SDKROOT"); sdk.empty() && env)
    sdk = env;
  c.add("-arch", c.arch == Arch::AArch64 ? "arm64" : "x86_64");
  std::string min = o.platform_min, version = o.platform_sdk;
  if (min.empty())
    min = target_version(r.target);
  if (min.empty())
    min = c.facts.platform_min;
  if (min.empty())
    min = "13.0";
  if (version.empty() && !sdk.empty())
    version = sdk_version(sdk);
  if (version.empty() && c.facts.platform_sdk != "0.0")
    version = c.facts.platform_sdk;
  if (version.empty())
    version = min;
  std::string platform = !o.platform.empty()         ? o.platform
                         : !c.facts.platform.empty() ? c.facts.platform
                                                     : "macos";
  c.add("-platform_version", platform == "1" ? "macos" : platform, min, version);
  if (!sdk.empty())
    c.add("-syslibroot", sdk);
  c.add("-o", o.output);

  if (o.kind == OutputKind::Relocatable)
    c.add("-r");
  else if (r.link == NativeRequest::Link::Shared)
    c.add("-dylib");
  else if (r.link == NativeRequest::Link::NoPie)
    c.add("-no_pie");
  if (!o.soname.empty())
    c.add("-install_name", o.soname);
  if (o.gc_sections)
    c.add("-dead_strip");
  if (o.icf != IcfMode::None)
    c.add(o.icf == IcfMode::All ? "--icf=all" : "--icf=safe");
  if (r.strip_all)
    c.add("-s");
  else if (r.strip_debug)
    c.add("-S");
  if (!o.entry.empty())
    c.add("-e", o.entry);
  if (o.export_dynamic)
    c.add("-export_dynamic");
  for (const std::string &s : o.undefined)
    c.add("-u", s);
  for (const std::string &s : o.why_live)
    c.add("-why_live", s);
  for (const std::string &s : o.rpaths)
    c.add("-rpath", s);
  if (!o.map_file.empty())
    c.add("-map", o.map_file);
  if (!o.reproduce.empty())
    c.add("--reproduce=" + o.reproduce);
  if (o.threads)
    c.add("--threads=" + std::to_string(o.threads));
  if (o.stats)
    c.add("--stats");
  if (!o.time_trace.empty())
    c.add("--time-trace=" + (o.time_trace == "*" ? o.output + ".time-trace" : o.time_trace));
  if (o.fatal_warnings)
    c.add("-fatal_warnings");
  if (o.error_limit != 20)
    c.add("--error-limit=" + std::to_string(o.error_limit));
  for (const std::string &s : o.library_paths)
    c.add("-L" + s);
  for (const InputArg &in : o.inputs)
    add_input(c, in);
  if (o.kind == OutputKind::Relocatable || !r.default_libs)
    return;
  using Stdlib = NativeRequest::Stdlib;
  if (r.stdlib != Stdlib::None && (c.facts.cxx != InputFacts::No || r.stdlib != Stdlib::Auto))
    c.add("-lc++");
  // Without an SDK the linker has a list of libSystem's symbols of its own.
  c.add("-lSystem");
}

} // namespace gold
