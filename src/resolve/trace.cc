// What was resolved how: --trace-symbol, --warn-common, --why-extract, --print-archive-stats.
//
// These answer from the files' own symbol tables (Reader::mention), in link order; nothing is kept for
// them while symbols are resolved.
#include "resolve/resolve.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <unordered_map>

namespace gold {

namespace {

const char *mention_text(Mention m) {
  switch (m) {
  case Mention::Reference:
    return "reference to ";
  case Mention::WeakReference:
    return "weak reference to ";
  case Mention::Definition:
    return "definition of ";
  case Mention::WeakDefinition:
    return "weak definition of ";
  case Mention::Common:
    return "common definition of ";
  case Mention::SharedDefinition:
    return "shared definition of ";
  case Mention::None:
    break;
  }
  return nullptr;
}

// fn(file, symbol, native) for each global symbol of each linked file, in link order.
template <class F> void each_mention(const Link &link, F &&fn) {
  for (InputFile *f : link.files) {
    if (!f->live || f->failed || !f->reader)
      continue;
    for (std::size_t k = f->first_global; k < f->symbols.size(); ++k)
      if (Symbol *s = f->symbols[k])
        fn(*f, *s, static_cast<u32>(k));
  }
}

void trace_symbols(const Link &link) {
  std::vector<std::string> lines;
  for (const std::string &name : link.opt.trace_symbols) {
    Symbol *wanted = link.symbols.find(name);
    std::unordered_map<const InputFile *, bool> lazy;
    for (auto &names : link.lazy_names)
      for (auto &l : names)
        if (l.name == name && !l.file->live)
          lazy.emplace(l.file, true);
    if (wanted && wanted->file == link.internal && wanted->is_defined())
      lines.push_back("<internal>: definition of " + link.readable(name));
    for (const InputFile *f : link.files) {
      if (lazy.contains(f))
        lines.push_back(f->display_name() + ": lazy definition of " + link.readable(name));
      if (!wanted || !f->live || f->failed || !f->reader)
        continue;
      for (std::size_t k = f->first_global; k < f->symbols.size(); ++k)
        if (f->symbols[k] == wanted)
          if (const char *what = mention_text(f->reader->mention(*f, static_cast<u32>(k))))
            lines.push_back(f->display_name() + ": " + what + link.readable(name));
    }
  }
  for (const std::string &l : lines)
    std::printf("%s\n", l.c_str());
}

void warn_about_commons(Link &link) {
  each_mention(link, [&](InputFile &f, Symbol &s, u32 native) {
    if (f.kind != FileKind::Object || f.reader->mention(f, native) != Mention::Common || s.file == &f ||
        !s.file)
      return;
    auto sized = [](const InputFile &file, u32 k) {
      u64 size = file.common_size(k);
      return "\n>>> in " + file.display_name() +
             (size ? format(", %llu bytes", static_cast<unsigned long long>(size)) : std::string());
    };
    bool common = s.flags & kSymCommon;
    link.diag.warn((common ? "multiple common symbols: " : "common symbol is overridden by a definition: ") +
                       link.readable(s.name()) + sized(*s.file, common ? s.native : ~u32(0)) +
                       sized(f, native),
                   f.priority, native);
  });
}

std::FILE *open_report(Link &link, const std::string &path) {
  std::FILE *f = path == "-" ? stdout : std::fopen(path.c_str(), "w");
  if (!f)
    link.diag.error("cannot open " + path + ": " + strerror(errno));
  return f;
}
void close_report(std::FILE *f) {
  if (f != stdout)
    std::fclose(f);
}

void write_why_extract(Link &link) {
  std::FILE *out = open_report(link, link.opt.why_extract);
  if (!out)
    return;
  std::fprintf(out, "reference\textracted\tsymbol\n");
  for (const InputFile *f : link.files)
    if (f->pulled_by)
      std::fprintf(out, "%s\t%s\t%s\n", f->pulled_by->display_name().c_str(), f->display_name().c_str(),
                   link.readable(f->pulled_for->name()).c_str());
  close_report(out);
}

void write_archive_stats(Link &link) {
  std::FILE *out = open_report(link, link.opt.print_archive_stats);
  if (!out)
    return;
  std::fprintf(out, "members\textracted\tarchive\n");
  for (std::size_t i = 0; i < link.files.size();) {
    std::string_view archive = link.files[i]->archive;
    u64 members = 0, taken = 0;
    for (; i < link.files.size() && link.files[i]->archive.data() == archive.data(); ++i) {
      ++members;
      taken += link.files[i]->live;
    }
    if (!archive.empty())
      std::fprintf(out, "%llu\t%llu\t%.*s\n", static_cast<unsigned long long>(members),
                   static_cast<unsigned long long>(taken), static_cast<int>(archive.size()), archive.data());
  }
  close_report(out);
}

} // namespace

void report_resolution(Link &link) {
  const Options &opt = link.opt;
  if (!opt.trace_symbols.empty())
    trace_symbols(link);
  if (opt.warn_common && !link.is_relocatable())
    warn_about_commons(link);
  if (!opt.why_extract.empty())
    write_why_extract(link);
  if (!opt.print_archive_stats.empty())
    write_archive_stats(link);
}

} // namespace gold
