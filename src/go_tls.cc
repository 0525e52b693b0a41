// A goroutine that parks may go on on another thread. Code compiled with -fPIC gets the address of a
// thread-local variable from a function, and compilers take it for granted that the result stays the same
// within a function: after the goroutine has moved, such code works on the other thread's variable. In
// code for executables (-fPIE, -fno-pic) the address is an offset from the thread pointer in each access.
//
// No compiler knows where goroutines switch; the linker sees it: the runtime is a part of the program. So
// only code is reported from which a reference, or a chain of them, leads into the runtime.
#include "go_tls.h"

#include <algorithm>

namespace gold {

namespace {

struct Suspect {
  Section *section;
  Edge call;
};

// Which sections refer, directly or not, to executable sections of the runtime.
class Reach {
public:
  Reach(Link &link, u32 first_runtime) : link_(link), first_runtime_(first_runtime) {
    base_.resize(link.files.size() + 1);
    u32 n = 0;
    for (InputFile *f : link.files) {
      base_[f->priority] = n;
      n += static_cast<u32>(f->live ? f->sections.size() : 0);
    }
    base_.back() = n;
    seen_.resize(n);
    reaches_.resize(n);
  }

  void run(const std::vector<Suspect> &suspects) {
    std::vector<Section *> work;
    auto visit = [&](Section *s) {
      if (!s || !has_number(*s) || seen_[number(*s)])
        return;
      seen_[number(*s)] = true;
      work.push_back(s);
    };
    for (const Suspect &s : suspects)
      visit(s.section);
    std::vector<u32> found; // sections of the runtime, then whatever leads there
    while (!work.empty()) {
      Section *s = work.back();
      work.pop_back();
      if (s->file->priority >= first_runtime_) {
        if (s->flags & kSecExec)
          found.push_back(number(*s));
        continue;
      }
      buf_.clear();
      link_.target->edges(link_, *s, buf_);
      for (const Edge &e : buf_.edges)
        if (Section *to = e.symbol ? e.symbol->section : nullptr; to && has_number(*to)) {
          references_.push_back(u64(number(*to)) << 32 | number(*s));
          visit(to);
        }
    }
    std::sort(references_.begin(), references_.end());
    while (!found.empty()) {
      u32 to = found.back();
      found.pop_back();
      if (reaches_[to])
        continue;
      reaches_[to] = true;
      for (auto it = std::lower_bound(references_.begin(), references_.end(), u64(to) << 32);
           it != references_.end() && *it >> 32 == to; ++it)
        found.push_back(static_cast<u32>(*it));
    }
  }

  bool reaches(const Section &s) const { return reaches_[number(s)]; }

private:
  bool has_number(const Section &s) const {
    return s.file && s.file->kind == FileKind::Object && s.index < s.file->sections.size() &&
           s.file->sections[s.index] == &s;
  }
  u32 number(const Section &s) const { return base_[s.file->priority] + s.index; }

  Link &link_;
  u32 first_runtime_;
  std::vector<u32> base_; // number of a file's first section, by priority
  std::vector<bool> seen_, reaches_;
  std::vector<u64> references_; // number of the section referred to, then of the referring one
  EdgeBuffer buf_;
};

std::string describe(const Link &link, const Suspect &s) {
  std::string text = s.section->file->display_name() + ":(" + std::string(s.section->name()) +
                     format("+0x%x)", s.call.offset) + ": code compiled with -fPIC keeps the address of ";
  std::string_view name = s.call.symbol ? s.call.symbol->name() : std::string_view();
  if (name.empty() || (s.call.symbol->flags & kSymSection))
    text += "thread-local variables";
  else
    text += "the thread-local variable " + link.readable(name);
  return text + ", which is another one when a goroutine goes on on another thread\n"
                ">>> compile it with -fPIE or -ftls-model=initial-exec; go::local holds what belongs to a "
                "goroutine\n"
                ">>> --go-tls=ignore keeps this quiet";
}

} // namespace

void check_tls_of_goroutines(Link &link, u32 first_runtime) {
  if (link.opt.go_tls == "ignore")
    return;
  std::vector<Suspect> suspects;
  for (InputFile *f : link.objects) {
    if (f->priority >= first_runtime)
      continue;
    for (Section *s : f->sections)
      if (s && s->is_live() && (s->flags & kSecExec))
        if (auto call = link.target->tls_call(link, *s))
          suspects.push_back({s, *call});
  }
  if (suspects.empty())
    return;
  Reach reach(link, first_runtime);
  reach.run(suspects);
  const InputFile *told = nullptr; // one message a file
  for (const Suspect &s : suspects) {
    if (s.section->file == told || !reach.reaches(*s.section))
      continue;
    told = s.section->file;
    if (link.opt.go_tls == "error")
      link.diag.error(describe(link, s), told->priority, s.call.offset);
    else
      link.diag.warn(describe(link, s), told->priority, s.call.offset);
  }
}

} // namespace gold
