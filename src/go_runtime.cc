// A program that refers to go_spawn gets the runtime without asking for it: gold-go carries the archive
// and searches it when everything else has been. One copy of it serves a process, and its thread-local
// variables are at fixed offsets from the thread pointer, so it becomes part of executables alone.
#include "go_runtime.h"

#include "formats.h"
#include "go_tls.h"
#include "inputs.h"
#include "readers/archive.h"
#include "runtime_embed/embedded.h"

#include <algorithm>

namespace gold {

namespace {

// What calls main calls kMainWrapper, which calls main by the name of kMainInner.
constexpr std::string_view kMainWrapper = "go_rt_main", kMainInner = "go_rt_user_main";

class GoRuntime final : public LastLibrary {
public:
  // The embedded one.
  explicit GoRuntime(const EmbeddedFile &e)
      : embedded_(&e), names_(e.names), what_("the embedded goroutine runtime") {}
  // An archive of the user's.
  GoRuntime(const MappedFile &file, Archive archive)
      : file_(&file), archive_(std::move(archive)), what_(file.path) {
    for (auto &[name, member] : archive_.index)
      if (!name.starts_with("_Z"))
        names_.push_back(name);
  }

  std::span<const std::string_view> names() const override { return names_; }

  void open(Link &link) override {
    if (link.is_shared()) {
      link.diag.error("the goroutine runtime can't be part of a shared object: there is one of it in a "
                      "process, in the executable\n"
                      ">>> with --go-runtime=never its functions are left to be found in the executable at "
                      "load time");
      return;
    }
    if (embedded_) {
      auto *m = new MappedFile;
      m->path = "<gold-go>/" + std::string(embedded_->title) + "/libgo_rt.a";
      m->bytes = unpack(*embedded_);
      archive_ = read_archive(m->bytes, m->path);
      file_ = m;
    }
    first_ = static_cast<u32>(link.files.size());
    add_archive_members(link, *file_format(link.target->format()), *file_, archive_);
    warn_about_sanitizers(link);
    // main is called through the runtime's own, which stops all goroutines before main's caller runs
    // the static destructors.
    const Symbol *main = link.symbols.find("main");
    if (main && main->marked(kMarkStrongRef) && defines(kMainWrapper))
      link.add_root(kMainWrapper);
  }

  void joined(Link &link) override {
    if (!first_)
      return; // open() said why not
    check_abi(link);
    redirect_main(link);
  }

  void check(Link &link) override {
    if (first_)
      check_tls_of_goroutines(link, first_);
  }

  std::string about_undefined(const Link &, std::string_view name) const override {
    if (name.starts_with(kAbiTag))
      return mismatch();
    return "";
  }

private:
  bool defines(std::string_view name) const {
    return std::find(names_.begin(), names_.end(), name) != names_.end();
  }
  bool is_ours(u64 claim) const {
    return claim_class(claim) <= SymClass::Weak && claim_priority(claim) >= first_;
  }

  void redirect_main(Link &link) {
    Symbol *main = link.symbols.find("main"), *wrapper = link.symbols.find(kMainWrapper),
           *inner = link.symbols.find(kMainInner);
    if (!main || !wrapper || !inner || !is_ours(wrapper->claim.load(std::memory_order_relaxed)))
      return;
    u32 definer = claim_priority(main->claim.load(std::memory_order_relaxed));
    for (InputFile *f : link.files) {
      if (!f->live || f->failed || f->kind != FileKind::Object)
        continue;
      auto begin = f->symbols.begin() + f->first_global;
      if (f->priority >= first_)
        std::replace(begin, f->symbols.end(), inner, main);
      else if (f->priority != definer)
        std::replace(begin, f->symbols.end(), main, wrapper);
    }
  }

  std::string mismatch() const {
    return "it was compiled with headers of another version of the goroutine runtime than " + what_ +
           ", which has ABI " + std::to_string(runtime_abi(names_)) +
           "\n>>> compile it with -I$(gold-go runtime include-dir)";
  }

  // Also for code that is collected: what it shares with the rest is laid out by its headers.
  void check_abi(Link &link) {
    for (InputFile *f : link.files) {
      if (!f->live || f->failed || f->kind != FileKind::Object)
        continue;
      for (std::size_t k = f->first_global; k < f->symbols.size(); ++k)
        if (Symbol *s = f->symbols[k]; s && s->name().starts_with(kAbiTag) && s->is_undefined())
          link.diag.error(f->display_name() + ": " + std::string(s->name()) +
                              " is not defined: " + mismatch(),
                          f->priority);
    }
  }

  void warn_about_sanitizers(Link &link) {
    if (!embedded_)
      return;
    for (std::string_view init : {"__asan_init", "__tsan_init"})
      if (const Symbol *s = link.symbols.find(init); s && s->marked(kMarkRefObject))
        link.diag.warn(
            "a program built with a sanitizer gets a goroutine runtime that was not: the sanitizer "
            "doesn't see its stacks change\n"
            ">>> build runtime/ with GO_RT_SANITIZE, and give its libgo_rt.a by --go-runtime=FILE");
  }

  const EmbeddedFile *embedded_ = nullptr;
  const MappedFile *file_ = nullptr;
  Archive archive_;
  std::vector<std::string_view> names_;
  std::string what_;
  u32 first_ = 0; // priority of its first member; 0: not in the link
};

// Knows why the runtime's names are undefined when there is no runtime to define them.
class NoRuntime final : public LastLibrary {
public:
  explicit NoRuntime(std::string why) : why_(std::move(why)) {}
  std::span<const std::string_view> names() const override { return {}; }
  void open(Link &) override {}
  std::string about_undefined(const Link &, std::string_view name) const override {
    for (const EmbeddedFile &a : embedded_runtime().archives)
      if (std::binary_search(a.names.begin(), a.names.end(), name))
        return why_;
    return "";
  }

private:
  std::string why_;
};

} // namespace

void add_go_runtime(Link &link) {
  const std::string &choice = link.opt.go_runtime;
  if (link.is_relocatable() || link.target->format() != Format::Elf)
    return;
  auto add = [&](LastLibrary *lib) { link.last_libraries.push_back(lib); };
  if (choice == "never")
    return add(new NoRuntime("it is of the goroutine runtime, which --go-runtime=never keeps out"));
  if (choice == "auto") {
    if (const EmbeddedFile *e = embedded_archive(link.target->arch()))
      return add(new GoRuntime(*e));
    return add(new NoRuntime("it is of the goroutine runtime, which this gold-go doesn't carry for " +
                             std::string(link.target->name())));
  }
  std::string why;
  const MappedFile *m = map_file(choice, &why);
  if (!m) {
    link.diag.error("--go-runtime: cannot open " + choice + ": " + why);
    return;
  }
  try {
    add(new GoRuntime(*m, read_archive(m->bytes, m->path)));
  } catch (const InputError &e) {
    link.diag.error("--go-runtime: " + choice + ": " + e.what());
  }
}

} // namespace gold
