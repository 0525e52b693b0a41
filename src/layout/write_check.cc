#include "layout/write_check.h"

#include <algorithm>

namespace gold {

// Sorts the ranges and reports those that overlap.
bool WriteCheck::disjoint(Link &link, std::vector<Range> &ranges, const char *where) {
  std::sort(ranges.begin(), ranges.end(), [](const Range &a, const Range &b) { return a.begin < b.begin; });
  for (std::size_t i = 1; i < ranges.size(); ++i)
    if (ranges[i - 1].end > ranges[i].begin) {
      link.diag.error(format("internal error: %s [%llx, %llx) and %s [%llx, %llx) overlap in %s",
                             ranges[i - 1].what.c_str(), static_cast<unsigned long long>(ranges[i - 1].begin),
                             static_cast<unsigned long long>(ranges[i - 1].end), ranges[i].what.c_str(),
                             static_cast<unsigned long long>(ranges[i].begin),
                             static_cast<unsigned long long>(ranges[i].end), where));
      return false;
    }
  return true;
}

bool WriteCheck::finish(Link &link) {
  std::vector<Range> file;
  auto place = [&](u64 offset, u64 size, std::string what) {
    if (size)
      file.push_back({offset, offset + size, std::move(what)});
  };
  if (!link.raw_image) {
    place(0, link.target->header_size(link), "the headers");
    place(link.trailer_offset, link.target->trailer_size(link), "the section headers");
  }
  bool ok = true;
  for (OutputSection *o : link.outputs) {
    if (!(o->flags & kSecZeroFill) && (o->flags & kSecAlloc || !link.raw_image))
      place(o->offset, o->size, std::string(o->name));
    std::vector<Range> members;
    for (Section *s : o->members)
      if (s->size)
        members.push_back(
            {s->offset, s->offset + s->size,
             (s->file ? s->file->display_name() : "<internal>") + ":(" + std::string(s->name()) + ")"});
    ok = disjoint(link, members, std::string(o->name).c_str()) && ok;
    if (!members.empty() && members.back().end > o->size) {
      link.diag.error("internal error: " + members.back().what + " sticks out of " + std::string(o->name));
      ok = false;
    }
  }
  ok = disjoint(link, file, "the file") && ok;
  ok = disjoint(link, written_, "the file") && ok;
  if (!ok)
    return false;
  // What is written tiles what has a place: both are sorted and disjoint, so that they can be compared end by
  // end.
  auto merged = [](const std::vector<Range> &v) {
    std::vector<Range> out;
    for (const Range &r : v)
      if (!out.empty() && out.back().end == r.begin)
        out.back().end = r.end;
      else
        out.push_back(r);
    return out;
  };
  std::vector<Range> want = merged(file), got = merged(written_);
  for (std::size_t i = 0; i < std::max(want.size(), got.size()); ++i)
    if (i >= want.size() || i >= got.size() || want[i].begin != got[i].begin || want[i].end != got[i].end) {
      const Range &r = i < want.size() ? want[i] : got[i];
      link.diag.error(format("internal error: bytes [%llx, %llx) of the file (%s) were not written as placed",
                             static_cast<unsigned long long>(r.begin), static_cast<unsigned long long>(r.end),
                             r.what.c_str()));
      return false;
    }
  if (!want.empty() && want.back().end > link.file_size) {
    link.diag.error("internal error: " + want.back().what + " is behind the end of the file");
    return false;
  }
  return true;
}

} // namespace gold
