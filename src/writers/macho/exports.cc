// The export trie: names as a tree of common prefixes, with flags and address at the node where a name ends
// (LC_DYLD_EXPORTS_TRIE, and the export part of LC_DYLD_INFO).
//
// The shape follows from the sorted names alone and is made once. Offsets of children are ULEB128
// numbers, so sizes and offsets depend on each other: they are computed until they agree, starting from
// the last answer.
#include "writers/macho/target.h"

#include <algorithm>

namespace gold::macho {

void ExportTrieSection::collect(Link &link) {
  std::vector<std::vector<Symbol *>> found(link.objects.size());
  parallel_for(link.objects.size(), 8, [&](std::size_t i) {
    InputFile *f = link.objects[i];
    for (std::size_t k = f->first_global; k < f->symbols.size(); ++k)
      if (Symbol *s = f->symbols[k];
          s && s->file == f && (s->native == k || f == link.internal) && target_.is_exported(*s))
        found[i].push_back(s);
  });
  for (auto &v : found)
    symbols.insert(symbols.end(), v.begin(), v.end());
  if (Symbol *s = link.symbols.find("__mh_execute_header");
      s && s->flags & kSymLinkerDefined && target_.is_exported(*s))
    symbols.push_back(s);
  symbols.insert(symbols.end(), target_.reexports.begin(), target_.reexports.end());
  parallel_sort(symbols.begin(), symbols.end(), [](Symbol *a, Symbol *b) { return a->name() < b->name(); });
  build();
}

void ExportTrieSection::build() {
  if (symbols.empty())
    return;
  nodes_.push_back({.begin = 0, .end = static_cast<u32>(symbols.size()), .depth = 0});
  // Children of one node are adjacent; nodes_ grows while it is walked.
  for (u32 i = 0; i < nodes_.size(); ++i) {
    u32 begin = nodes_[i].begin, end = nodes_[i].end, depth = nodes_[i].depth;
    if (symbols[begin]->name_size == depth)
      nodes_[i].terminal = symbols[begin++];
    nodes_[i].first_child = static_cast<u32>(nodes_.size());
    while (begin < end) {
      std::string_view first = symbols[begin]->name();
      char c = first[depth];
      u32 e = begin + 1;
      // The end of the run with the same next character, by doubling steps and bisection.
      auto it = std::partition_point(symbols.begin() + e, symbols.begin() + end,
                                     [&](Symbol *s) { return s->name()[depth] == c; });
      e = static_cast<u32>(it - symbols.begin());
      std::string_view last = symbols[e - 1]->name();
      u32 d = depth + 1;
      while (d < first.size() && d < last.size() && first[d] == last[d])
        ++d;
      nodes_.push_back({.begin = begin, .end = e, .depth = d});
      ++nodes_[i].children;
      begin = e;
    }
  }
}

u64 ExportTrieSection::value_of(Link &link, const Symbol &s, u64 *flags) const {
  if (s.is_shared()) {
    *flags = EXPORT_SYMBOL_FLAGS_REEXPORT;
    return static_cast<u64>(static_cast<const MachDylib &>(*s.file).ordinal);
  }
  u64 f = 0, value = target_.address_of(s);
  if (s.is_absolute())
    f |= EXPORT_SYMBOL_FLAGS_KIND_ABSOLUTE;
  else if (s.is_tls())
    f |= EXPORT_SYMBOL_FLAGS_KIND_THREAD_LOCAL;
  if (s.klass() == SymClass::Weak)
    f |= EXPORT_SYMBOL_FLAGS_WEAK_DEFINITION;
  *flags = f;
  if (s.is_absolute())
    return value;
  // What the linker defines has its address only when all else does: the header is all that is exported.
  return s.flags & kSymLinkerDefined ? 0 : value - link.image_base;
}

bool ExportTrieSection::update(Link &link) {
  if (nodes_.empty() || !section.output || link.segments.empty())
    return false;
  parallel_for(nodes_.size(), 4096, [&](std::size_t i) {
    Node &n = nodes_[i];
    if (!n.terminal)
      return;
    u64 flags, value = value_of(link, *n.terminal, &flags);
    n.terminal_size = uleb_size(flags) + uleb_size(value) + (flags & EXPORT_SYMBOL_FLAGS_REEXPORT ? 1 : 0);
  });
  u32 at = 0;
  for (bool moved = true; moved;) {
    moved = false;
    at = 0;
    for (u32 i = 0; i < nodes_.size(); ++i) {
      Node &n = nodes_[i];
      moved |= n.offset != at;
      n.offset = at;
      at += uleb_size(n.terminal_size) + n.terminal_size + 1;
      for (u32 c = n.first_child; c < n.first_child + n.children; ++c)
        at += nodes_[c].depth - n.depth + 1 + uleb_size(nodes_[c].offset);
    }
  }
  bytes_.clear();
  bytes_.reserve(at);
  for (const Node &n : nodes_) {
    append_uleb(bytes_, n.terminal_size);
    if (n.terminal) {
      u64 flags, value = value_of(link, *n.terminal, &flags);
      append_uleb(bytes_, flags);
      append_uleb(bytes_, value);
      if (flags & EXPORT_SYMBOL_FLAGS_REEXPORT)
        bytes_.push_back(0); // its name there: the same
    }
    bytes_.push_back(static_cast<u8>(n.children));
    for (u32 c = n.first_child; c < n.first_child + n.children; ++c) {
      const Node &child = nodes_[c];
      const char *p = symbols[child.begin]->name_data;
      bytes_.insert(bytes_.end(), p + n.depth, p + child.depth);
      bytes_.push_back(0);
      append_uleb(bytes_, child.offset);
    }
  }
  u64 size = std::max(section.size, align_up(bytes_.size(), 8));
  bool moved = size != section.size;
  section.size = size;
  return moved;
}

} // namespace gold::macho
