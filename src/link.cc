// The table of contents of the linker: one line a pass, in the order in which they run.
#include "link.h"

#include "inputs.h"
#include "layout/layout.h"
#include "model/link.h"
#include "reproduce.h"
#include "resolve/resolve.h"
#include "support/arena.h"
#include "support/threads.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace gold {

namespace {

// Standard error is a terminal, and the user has not asked all programs for plain text (no-color.org).
bool terminal_has_color() {
  auto env = [](const char *name) {
    const char *v = std::getenv(name);
    return std::string_view(v ? v : "");
  };
  return isatty(2) && env("NO_COLOR").empty() && env("TERM") != "dumb";
}

void set_up(Link &link) {
  const Options &opt = link.opt;
  set_thread_count(opt.threads);
  set_parallel_from(opt.parallel_from);
  guard_mapped_files();
  link.diag.program = opt.program;
  link.diag.fatal_warnings = opt.fatal_warnings;
  link.diag.suppress_warnings = opt.suppress_warnings;
  link.diag.error_limit = opt.error_limit;
  link.diag.color =
      opt.color == Options::Color::Always || (opt.color == Options::Color::Auto && terminal_has_color());
  link.stats.enabled = opt.stats || !opt.time_trace.empty();
}

// Runs one pass; false once anything has been reported as an error.
template <class F> bool pass(Link &link, const char *name, F &&fn) {
  Pass p(link.stats, name);
  fn(link);
  return !link.diag.has_errors();
}

bool run_passes(Link &link) {
  // Every input is found and mapped; archives' indexes are known; files have their priorities.
  if (!pass(link, "open inputs", load_inputs))
    return false;
  // The rules of the layout, of the format or of a script, are known.
  if (!pass(link, "plan", make_plan))
    return false;
  // The names that scripts and --defsym give have claimed themselves.
  if (!pass(link, "script symbols", claim_script_symbols))
    return false;
  // Keys have their definitions, if any; needed members are linked; one copy of each group survives.
  if (!pass(link, "resolve", resolve_symbols))
    return false;
  // Tentative definitions that won are sections like others.
  pass(link, "commons", allocate_commons);
  pass(link, "duplicates", report_duplicate_symbols);
  report_resolution(link);
  pass(link, "bind script symbols", bind_script_symbols);
  // Which symbols are imported, exported, local; their versions.
  link.is_dynamic = link.is_pic() || !link.shareds.empty();
  pass(link, "imports and exports", [](Link &l) { l.target->decide_imports_exports(l); });
  pass(link, "match", match_sections); // with a script: each section has its rule
  // Section::live is decided.
  pass(link, "mark", mark_live_sections);
  pass(link, "discarded", report_discarded_references);
  if (!pass(link, "undefined", report_undefined_symbols) && !link.opt.noinhibit_exec)
    return false;
  if (!pass(link, "libraries searched last", check_last_libraries))
    return false;
  // Equal sections are one, if asked for.
  pass(link, "fold", fold_identical_sections);
  // Equal mergeable pieces have one place.
  pass(link, "merge", merge_pieces);
  // Each live relocation has been seen; needs are counted.
  if (!pass(link, "scan", scan_relocations))
    return false;
  // GOT, PLT, symbol tables, headers: all that the linker itself adds exists.
  pass(link, "synthesize", [](Link &l) { l.target->synthesize(l); });
  // Sections have the ranks that the user gives them.
  pass(link, "order", order_sections);
  // Every live section is a member of an output section; these are in the image's order.
  if (!pass(link, "place", place_sections))
    return false;
  // Nothing moves any more.
  if (!pass(link, "address", assign_addresses))
    return false;
  pass(link, "memory usage", print_memory_usage);
  // Symbol::value is the address.
  if (!pass(link, "finalize symbols", finalize_symbols))
    return false;
  // The image stands under its name.
  if (!pass(link, "write", [](Link &l) { write_output(l); }))
    return false;
  pass(link, "map file", write_map_file);
  pass(link, "dependency file", write_dependency_file);
  pass(link, "reproducer", write_reproducer);
  return !link.diag.has_errors();
}

void count_things(Link &link) {
  if (!link.stats.enabled)
    return;
  link.stats.count("files on the command line", link.files.size());
  link.stats.count("objects linked", link.objects.size());
  link.stats.count("shared objects", link.shareds.size());
  u64 sections = 0, symbols = 0, locals = 0;
  for (const InputFile *f : link.objects) {
    sections += u64(std::ranges::count_if(f->sections, [](const Section *s) { return s; }));
    symbols += f->symbols.size();
    locals += f->first_global;
  }
  link.stats.count("sections", sections);
  link.stats.count("symbol table entries", symbols);
  link.stats.count("of these local", locals);
  link.stats.count("names", link.symbols.count());
  link.stats.count("bytes of tables and arenas", allocated_bytes());
  link.stats.count("output bytes", link.file_size);
}

} // namespace

bool run(Link &link) {
  set_up(link);
  Pass whole(link.stats, "link");
  return run_passes(link);
}

int link(const Options &opt) {
  Link &link = *new Link(opt); // freeing it would cost time and give nothing: the process ends
  bool ok = run(link);
  link.diag.flush();
  count_things(link);
  if (opt.stats)
    link.stats.print();
  ok &= opt.time_trace.empty() || link.stats.write_trace(opt.time_trace);
  return ok ? 0 : 1;
}

} // namespace gold
