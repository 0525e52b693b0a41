// What the fuzz targets share: a file read by its reader as a link would, and everything given back.
#pragma once

#include "model/link.h"

#include <memory>

namespace gold {

struct FuzzScope {
  FuzzScope() { record_pages(); }
  ~FuzzScope() { drop_pages(); }
};

// Both copies are of the same bytes, so that groups are lost and definitions collide. `then` gets the
// two files as passes after resolution would.
template <class Then = void (*)(Link &, std::span<InputFile *const>)>
void fuzz_reader(
    ByteView bytes, InputFile *(*make)(), const Options &opt, Then &&then = [](auto &, auto) {}) {
  Link link(opt);
  std::unique_ptr<InputFile> internal(new InputFile),
      files[] = {std::unique_ptr<InputFile>(make()), std::unique_ptr<InputFile>(make())};
  internal->kind = FileKind::Internal;
  link.files.push_back(internal.get());
  u64 n = 0;
  for (auto &f : files) {
    f->bytes = bytes;
    f->path = "fuzz";
    f->priority = static_cast<u32>(link.files.size());
    link.files.push_back(f.get());
    n += f->reader->count_symbols(*f);
  }
  link.symbols.reserve(n);
  link.groups.reserve(n / 2);
  for (auto &f : files)
    f->reader->parse_symbols(link, *f);
  if (link.symbols.count() > n || link.groups.count() > n)
    __builtin_trap(); // count_symbols promised less
  for (auto &f : files)
    f->reader->claim_referenced(link, *f);
  for (auto &f : files)
    f->reader->claim_largest(link, *f);
  for (auto &f : files)
    for (auto &g : f->groups)
      g.group->offer(g.rank, f->priority);
  for (auto &f : files)
    f->reader->parse_sections(link, *f);
  for (auto &f : files)
    f->reader->report_duplicates(link, *f);
  for (auto &f : files)
    for (Symbol *s : f->orphans) {
      s->claim.store(0);
      s->mark(kMarkReclaim);
    }
  for (auto &f : files)
    f->reader->reclaim_symbols(link, *f);
  for (auto &f : files)
    f->reader->bind_symbols(link, *f);

  // What is promised to the passes behind.
  for (auto &f : files) {
    for (Symbol *s : f->symbols)
      if (s && s->file && s->section && s->section->file != s->file)
        __builtin_trap();
    volatile u8 sink = 0;
    for (Section *s : f->sections)
      if (s && s->data && s->size > s->zero_tail)
        sink = static_cast<u8>(s->data[0] + s->data[s->size - s->zero_tail - 1]);
    static_cast<void>(sink);
  }
  InputFile *const both[] = {files[0].get(), files[1].get()};
  then(link, both);
}

} // namespace gold
