// Which rule of the layout plan takes an input section.
//
// An image has hundreds of thousands of sections and a plan has dozens of patterns, so the names of
// all patterns are compiled into one trie: a walk along the section's name meets the literal patterns,
// the patterns PREFIX* and, where their first special character stands, the general ones. Of what
// matches the rule that stands first in the plan wins. Verdicts about files are kept while a caller
// stays with one file.
#pragma once

#include "model/link.h"

#include <vector>

namespace gold {

class PlanMatcher {
public:
  explicit PlanMatcher(const LayoutPlan &);

  // One for each thread, used file by file.
  class Cursor {
    friend class PlanMatcher;
    const InputFile *file = nullptr;
    std::vector<u8> verdicts; // by file condition: 0 unknown, 1 no, 2 yes
  };

  // Section::rule for this section: 0 if no rule takes it, else to be asked with the functions below.
  u32 find(Cursor &, const Section &) const;
  InputRule &rule(u32 found) const { return *patterns_[found - 1].rule; }
  u32 pattern(u32 found) const { return patterns_[found - 1].index; }
  bool empty() const { return patterns_.empty(); }

private:
  enum class Kind : u8 { Literal, Prefix, Glob };
  struct Pattern {
    InputRule *rule;
    u32 index;          // in rule->sections
    u32 file_condition; // 0: any file
    std::string_view glob;
    bool plain; // no condition but the name
  };
  struct Entry {
    u32 pattern;
    Kind kind;
  };
  struct FileCondition {
    const FilePattern *file;
    const std::vector<FilePattern> *exclude, *exclude_more;
  };

  u32 child(u32 node, u8 byte) const {
    u16 c = classes_[byte];
    return c ? next_[node * num_classes_ + c] : 0;
  }
  void add(u32 number);
  bool accepts(Cursor &, const Pattern &, const Section &) const;
  bool file_matches(const FileCondition &, const InputFile &) const;

  std::vector<Pattern> patterns_;
  std::vector<FileCondition> conditions_{1};
  u16 classes_[256] = {}; // byte → number, 0: in no pattern
  u32 num_classes_ = 1;
  std::vector<u32> next_;                   // [node][class] → node, 0: none
  std::vector<std::vector<Entry>> entries_; // by node
};

// Section::rule of a section; looked up if the pass that sets it has not been needed.
inline u32 rule_of(const Link &link, PlanMatcher::Cursor &cursor, const Section &s) {
  return link.plan.matched ? s.rule : link.matcher->find(cursor, s);
}

// Name of the output section of what `rule` takes; with 0 of what no rule takes.
std::string_view planned_output_name(const Link &, const Section &, u32 rule);

// No rule takes the section, and neither a section of a script nor a built-in one is for its name.
bool is_orphan(const Link &, const Section &);

// True if the pattern names this file; for members of archives also if it names the archive.
bool matches_file(const FilePattern &, const InputFile &);

} // namespace gold
