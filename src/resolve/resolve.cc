// Resolution in waves.
//
// Wave 0 is everything named on the command line that is no archive member. Its symbols make their
// claims in parallel; the archives' indexes claim as `Lazy`. A symbol with a strong reference whose
// best claim is a lazy member's wants that member: it joins the next wave. Waves end when nobody
// wants anything. Then the libraries that are searched last are asked, one after the other: one that
// defines a name still wanted is opened, and the waves go on. Since claims only compare numbers, neither the
// waves' inner order nor threads can change who wins; left-to-right archive order is not needed (as in every
// parallel linker).
#include "resolve/resolve.h"

#include "support/threads.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace gold {

namespace {

template <class F> void guarded(Link &link, InputFile &file, F &&f) {
  if (file.failed)
    return;
  try {
    f();
  } catch (const InputError &e) {
    file.failed = true;
    link.report(file, e);
  }
}

void parse_wave(Link &link, const std::vector<InputFile *> &wave) {
  for (const InputFile *f : wave)
    if (f->kind == FileKind::Object)
      announce_work(f->bytes.size());
  std::vector<u64> counts(wave.size());
  parallel_for(wave.size(), 16, [&](std::size_t i) {
    if (wave[i]->reader)
      guarded(link, *wave[i], [&] { counts[i] = wave[i]->reader->count_symbols(*wave[i]); });
  });
  u64 total = 0;
  for (u64 n : counts)
    total += n;
  link.symbols.reserve(total);
  link.groups.reserve(total);
  parallel_for(wave.size(), 1, [&](std::size_t i) {
    if (wave[i]->reader)
      guarded(link, *wave[i], [&] { wave[i]->reader->parse_symbols(link, *wave[i]); });
  });
}

// What all files of the waves so far say of names that none of theirs interned. See Reader.
void claim_referenced_names(Link &link) {
  for (auto step : {&Reader::claim_referenced, &Reader::claim_largest})
    parallel_for(link.files.size(), 64, [&](std::size_t i) {
      InputFile *f = link.files[i];
      if (f->reader && f->live.load(std::memory_order_relaxed))
        guarded(link, *f, [&] { (f->reader->*step)(link, *f); });
    });
}

// Those of the archives from number `first` on.
void claim_lazy_names(Link &link, std::size_t first) {
  u64 total = 0;
  for (std::size_t i = first; i < link.lazy_names.size(); ++i)
    total += link.lazy_names[i].size();
  link.symbols.reserve(total);
  parallel_for(link.lazy_names.size() - first, 1, [&](std::size_t i) {
    for (auto &l : link.lazy_names[first + i])
      link.symbols.intern(l.name)->offer(make_claim(SymClass::Lazy, l.file->priority, 0));
  });
}

// The member that would define `s` and is not linked, or null.
InputFile *lazy_member(const Link &link, const Symbol &s) {
  u64 c = s.claim.load(std::memory_order_relaxed);
  if (claim_class(c) != SymClass::Lazy)
    return nullptr;
  InputFile *f = link.files[claim_priority(c)];
  return f->lazy && !f->live.load(std::memory_order_relaxed) ? f : nullptr;
}

// The member that must be linked because of `s`, or null.
InputFile *wanted_member(const Link &link, const Symbol &s) {
  return s.marked(kMarkStrongRef) ? lazy_member(link, s) : nullptr;
}

// A member that must be linked, and because of what.
struct Want {
  InputFile *member, *by;
  Symbol *symbol;
};

// The image must define `s` itself, and so far only a shared object does.
bool wants_own_definition(const Link &link, const Symbol &s) {
  u64 c = s.claim.load(std::memory_order_relaxed);
  return s.vis() >= Visibility::Hidden && claim_class(c) == SymClass::Lazy && s.marked(kMarkStrongRef) &&
         link.files[claim_priority(c)]->kind == FileKind::Shared;
}

// Finds the members that a shared object has hidden so far: those that define what `hidden` is about.
// What nobody else defines is left out.
void find_own_definitions(const Link &link, std::vector<Want> &hidden) {
  if (hidden.empty())
    return;
  std::unordered_map<std::string_view, InputFile *> first;
  for (const Want &w : hidden)
    first.emplace(w.symbol->name(), nullptr);
  for (auto &archive : link.lazy_names)
    for (auto &[name, member] : archive)
      if (auto it = first.find(name);
          it != first.end() && (!it->second || member->priority < it->second->priority))
        it->second = member;
  for (Want &w : hidden)
    w.member = first[w.symbol->name()];
  std::erase_if(hidden, [](const Want &w) { return !w.member; });
}

// The members that `wave` wants, and those that define one of `roots`.
std::vector<InputFile *> next_wave(Link &link, const std::vector<InputFile *> &wave,
                                   const std::vector<Symbol *> &roots) {
  std::vector<std::vector<Want>> wants(wave.size()), hidden(wave.size());
  parallel_for(wave.size(), 8, [&](std::size_t i) {
    InputFile *f = wave[i];
    // What a shared object lacks, the image must have.
    bool shared = f->kind == FileKind::Shared;
    for (std::size_t k = f->first_global; k < f->symbols.size(); ++k)
      if (Symbol *s = f->symbols[k]) {
        if (InputFile *m = shared ? lazy_member(link, *s) : wanted_member(link, *s)) {
          if (!shared || f->reader->mention(*f, static_cast<u32>(k)) == Mention::Reference)
            wants[i].push_back({m, f, s});
        } else if (!shared && wants_own_definition(link, *s)) [[unlikely]] {
          hidden[i].push_back({nullptr, f, s});
        }
      }
  });
  std::vector<InputFile *> next;
  auto take = [&](InputFile *m, InputFile *by, Symbol *s) {
    if (m->live.exchange(true))
      return;
    m->pulled_by = by;
    m->pulled_for = s;
    next.push_back(m);
  };
  for (Symbol *s : roots)
    if (InputFile *m = wanted_member(link, *s))
      take(m, link.internal, s);
  for (auto &v : wants)
    for (Want &w : v)
      take(w.member, w.by, w.symbol);
  std::vector<Want> own;
  for (auto &v : hidden)
    own.insert(own.end(), v.begin(), v.end());
  find_own_definitions(link, own);
  for (Want &w : own)
    take(w.member, w.by, w.symbol);
  return next;
}

// Members that have the real definition of what is only tentative so far (a common symbol), as Fortran's
// BLOCK DATA in a library.
std::vector<InputFile *> definers_of_commons(Link &link) {
  std::vector<InputFile *> next;
  if (!link.has_commons.load(std::memory_order_relaxed))
    return next;
  for (auto &archive : link.lazy_names)
    for (auto &[name, member] : archive) {
      if (member->live || member->failed || !member->reader)
        continue;
      Symbol *s = link.symbols.find(name);
      if (!s || s->klass() != SymClass::Common)
        continue;
      // Of several the first: its own wave makes the symbol a real one.
      if (std::any_of(next.begin(), next.end(), [&](InputFile *f) { return f->pulled_for == s; }))
        continue;
      guarded(link, *member, [&] {
        if (member->reader->mention_unread(*member, name) != Mention::Definition)
          return;
        member->live = true;
        member->pulled_by = link.files[claim_priority(s->claim.load(std::memory_order_relaxed))];
        member->pulled_for = s;
        next.push_back(member);
      });
    }
  return next;
}

std::vector<InputFile *> linked_files(const Link &link) {
  std::vector<InputFile *> v;
  for (InputFile *f : link.files)
    if (f->live && !f->failed)
      v.push_back(f);
  return v;
}

// Does anything that is linked need a name that only this library defines?
bool is_wanted(const Link &link, const LastLibrary &lib) {
  for (std::string_view name : lib.names())
    if (const Symbol *s = link.symbols.find(name); s && s->marked(kMarkStrongRef) && s->is_undefined())
      return true;
  return false;
}

// Opens the first of the libraries searched last that is wanted and not open yet; its members' names
// have then made their claims. False if there is none.
bool open_last_library(Link &link) {
  for (LastLibrary *lib : link.last_libraries) {
    if (lib->opened || !is_wanted(link, *lib))
      continue;
    lib->opened = true;
    std::size_t first = link.lazy_names.size();
    try {
      lib->open(link);
    } catch (const InputError &e) {
      link.diag.error(e.what());
    }
    claim_lazy_names(link, first);
    return true;
  }
  return false;
}

// A name that only a member that nobody pulled would define is undefined after all: weak references do
// not pull. The first file that refers to it owns it, as with every undefined symbol.
void drop_lazy_claims(Link &link) {
  parallel_for_each(
      link.objects,
      [&](InputFile *f) {
        for (std::size_t k = f->first_global; k < f->symbols.size(); ++k) {
          Symbol *s = f->symbols[k];
          if (!s || s->klass() < SymClass::Lazy)
            continue;
          u64 mine = make_claim(s->marked(kMarkStrongRef) ? SymClass::Undef : SymClass::UndefWeak,
                                f->priority, static_cast<u32>(k));
          u64 c = s->claim.load(std::memory_order_relaxed);
          while (claim_class(c) == SymClass::Lazy && link.files[claim_priority(c)]->kind == FileKind::Object)
            if (s->claim.compare_exchange_weak(c, mine, std::memory_order_relaxed))
              break;
          if (claim_class(c) >= SymClass::Undef)
            s->offer(mine);
        }
      },
      16);
}

// Symbols won by a definition that a lost group took away, or by an archive member that was never
// linked (only weak references want it): all claims are made again without it.
void rebind_orphans(Link &link) {
  std::atomic<bool> any{false};
  auto unlinked = [&](const Symbol &s) {
    u64 c = s.claim.load(std::memory_order_relaxed);
    return claim_class(c) == SymClass::Lazy && !link.files[claim_priority(c)]->live;
  };
  parallel_for_each(
      link.objects,
      [&](InputFile *f) {
        for (std::size_t k = f->first_global; k < f->symbols.size(); ++k)
          if (Symbol *s = f->symbols[k]; s && unlinked(*s)) {
            s->mark(kMarkReclaim);
            any = true;
          }
      },
      16);
  if (any)
    parallel_for_each(
        link.objects,
        [&](InputFile *f) {
          for (std::size_t k = f->first_global; k < f->symbols.size(); ++k)
            if (Symbol *s = f->symbols[k]; s && s->marked(kMarkReclaim))
              s->claim.store(0, std::memory_order_relaxed);
        },
        16);
  for (InputFile *f : link.objects)
    for (Symbol *s : f->orphans) {
      s->claim.store(0);
      s->mark(kMarkReclaim);
      any = true;
    }
  if (!any)
    return;
  auto each = [&](auto &&fn) {
    for (auto *list : {&link.objects, &link.shareds})
      parallel_for_each(*list, [&](InputFile *f) {
        if (f->reader)
          guarded(link, *f, [&] { fn(*f); });
      });
  };
  each([&](InputFile &f) { f.reader->reclaim_symbols(link, f); });
  each([&](InputFile &f) { f.reader->bind_symbols(link, f); });
}

} // namespace

void resolve_symbols(Link &link) {
  std::vector<InputFile *> wave;
  for (InputFile *f : link.files)
    if (!f->lazy || f->whole_archive) {
      f->live = true;
      wave.push_back(f);
    }
  {
    Pass p(link.stats, "claim archive members");
    claim_lazy_names(link, 0);
  }
  {
    Pass p(link.stats, "parse symbols and pull members");
    while (!wave.empty()) {
      parse_wave(link, wave);
      claim_referenced_names(link);
      wave = next_wave(link, wave, link.roots);
      if (wave.empty()) {
        std::vector<Symbol *> more;
        link.target->alternatives(link, more);
        wave = next_wave(link, {}, more);
      }
      if (wave.empty())
        wave = definers_of_commons(link);
      while (wave.empty() && open_last_library(link))
        wave = next_wave(link, linked_files(link), link.roots);
    }
  }
  for (LastLibrary *lib : link.last_libraries)
    if (lib->opened)
      lib->joined(link);
  for (InputFile *f : link.files)
    if (f->live && !f->failed)
      (f->kind == FileKind::Shared ? link.shareds : link.objects).push_back(f);

  drop_lazy_claims(link);
  Pass p(link.stats, "groups, sections, binding");
  parallel_for_each(
      link.objects,
      [&](InputFile *f) {
        for (GroupCopy &g : f->groups)
          g.group->offer(g.rank, f->priority);
      },
      16);
  activate_provides(link);
  link.target->add_linker_symbols(link);
  for (auto *list : {&link.objects, &link.shareds})
    parallel_for_each(*list, [&](InputFile *f) {
      if (f->reader)
        guarded(link, *f, [&] { f->reader->parse_sections(link, *f); });
    });
  rebind_orphans(link);
}

void allocate_commons(Link &link) {
  bool force = link.opt.allocate_common || link.plan.force_common_allocation;
  if (link.is_relocatable() && !force)
    return;
  bool inhibit = link.opt.inhibit_common || link.plan.inhibit_common_allocation;
  if (inhibit && !link.is_shared()) {
    link.diag.error(
        "common symbols need space in an image that is no shared object (" +
        std::string(link.opt.inhibit_common ? "--no-define-common" : "INHIBIT_COMMON_ALLOCATION") + ")");
    return;
  }
  std::atomic<bool> any{false};
  parallel_for_each(
      link.objects,
      [&](InputFile *f) {
        for (std::size_t k = f->first_global; k < f->symbols.size(); ++k)
          if (f->symbols[k] && f->symbols[k]->file == f && (f->symbols[k]->flags & kSymCommon))
            any = true;
      },
      16);
  if (!any)
    return;
  // The largest size of all tentative definitions of a name counts (gABI, "Common symbols").
  for (InputFile *f : link.objects)
    for (std::size_t k = f->first_global; k < f->symbols.size(); ++k) {
      Symbol *s = f->symbols[k];
      u64 size = f->common_size(static_cast<u32>(k));
      if (!s || !size || !(s->flags & kSymCommon) || !s->file)
        continue;
      if (inhibit) { // whoever loads the image defines them
        s->claim.store(make_claim(SymClass::Undef, s->file->priority, static_cast<u32>(k)));
        s->flags = static_cast<u16>(s->flags & ~kSymCommon);
        s->mark(kMarkRefObject);
        s->value = 0;
        continue;
      }
      if (!s->section) {
        Section *sec = Arena::make<Section>();
        std::string_view name = link.is_relocatable() && !link.plan.scripted ? ".bss" : "COMMON";
        sec->file = s->file;
        sec->name_data = name.data();
        sec->name_size = name.size();
        bool tls = s->flags & kSymTls;
        sec->flags = kSecAlloc | kSecWrite | kSecZeroFill | (tls ? kSecTls : 0);
        sec->native_type = link.target->zero_fill_type();
        sec->native_flags = link.target->writable_flags(tls);
        sec->p2align =
            static_cast<u8>(s->value ? std::countr_zero(std::bit_ceil(std::min(s->value, u64(1) << 62))) : 0);
        s->section = sec;
        s->value = 0;
        s->file->extra_sections.push_back(sec);
      }
      if (size > s->section->size) { // the symbol table shows the size of this one
        s->section->size = size;
        s->file = f;
        s->native = static_cast<u32>(k);
      }
    }
}

void check_last_libraries(Link &link) {
  for (LastLibrary *lib : link.last_libraries)
    if (lib->opened)
      lib->check(link);
}

Symbol *define_linker_symbol(Link &link, std::string_view name, Section *section, u64 value, Visibility vis) {
  Symbol *s = link.symbols.find(name);
  if (!s || (s->is_defined() && s->klass() != SymClass::Lazy))
    return nullptr;
  if (!s->marked(kMarkRefObject | kMarkRefShared | kMarkRoot))
    return nullptr;
  s->claim.store(make_claim(SymClass::Strong, link.internal->priority, 0));
  s->file = link.internal;
  s->section = section;
  s->value = value;
  s->flags = kSymLinkerDefined;
  s->merge_visibility(vis);
  return s;
}

} // namespace gold
