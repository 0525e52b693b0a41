// See match.h.
#include "layout/match.h"

#include "support/glob.h"

#include <algorithm>

namespace gold {

namespace {

// Length of the part before the first special character.
std::size_t literal_length(std::string_view glob) {
  return std::min(glob.find_first_of("*?[\\"), glob.size());
}

bool is_same_or_matches(std::string_view pattern, std::string_view text) {
  return glob_is_literal(pattern) ? pattern == text : glob_match(pattern, text);
}

} // namespace

bool matches_file(const FilePattern &p, const InputFile &f) {
  if (p.has_colon) {
    bool member = !f.archive.empty();
    if (p.archive.empty()) // ":file": not in an archive
      return !member && is_same_or_matches(p.file, f.path);
    if (!member || !is_same_or_matches(p.archive, f.archive))
      return false;
    return p.file.empty() || is_same_or_matches(p.file, f.member);
  }
  if (f.archive.empty())
    return is_same_or_matches(p.file, f.path);
  return is_same_or_matches(p.file, f.member) || is_same_or_matches(p.file, f.archive);
}

PlanMatcher::PlanMatcher(const LayoutPlan &plan) {
  auto same = [](const FileCondition &a, const FileCondition &b) {
    return a.file == b.file && a.exclude == b.exclude && a.exclude_more == b.exclude_more;
  };
  for (InputRule *r : plan.inputs) {
    for (u32 i = 0; i < r->sections.size(); ++i) {
      const SectionPattern &s = r->sections[i];
      Pattern p{r, i, 0, s.glob, false};
      if (!r->file.is_any() || !r->exclude.empty() || !s.exclude.empty()) {
        FileCondition c{&r->file, &r->exclude, s.exclude.empty() ? &r->exclude : &s.exclude};
        if (conditions_.size() == 1 || !same(conditions_.back(), c))
          conditions_.push_back(c);
        p.file_condition = static_cast<u32>(conditions_.size() - 1);
      }
      p.plain = !p.file_condition && !r->must && !r->must_not && !r->native_must && !r->native_must_not &&
                !r->accepts && !r->owner->disabled;
      patterns_.push_back(p);
      for (char c : s.glob.substr(0, literal_length(s.glob)))
        if (u16 &k = classes_[static_cast<u8>(c)]; !k)
          k = static_cast<u16>(num_classes_++);
    }
  }
  entries_.resize(1);
  next_.resize(num_classes_);
  for (u32 i = 0; i < patterns_.size(); ++i)
    if (!patterns_[i].rule->owner->disabled)
      add(i);
}

void PlanMatcher::add(u32 number) {
  std::string_view glob = patterns_[number].glob;
  std::size_t n = literal_length(glob);
  u32 node = 0;
  for (char c : glob.substr(0, n)) {
    std::size_t slot = node * num_classes_ + classes_[static_cast<u8>(c)];
    if (!next_[slot]) {
      next_[slot] = static_cast<u32>(entries_.size());
      entries_.emplace_back();
      next_.resize(next_.size() + num_classes_);
    }
    node = next_[slot];
  }
  Kind kind = n == glob.size() ? Kind::Literal : glob.substr(n) == "*" ? Kind::Prefix : Kind::Glob;
  entries_[node].push_back({number, kind});
}

u32 PlanMatcher::find(Cursor &cursor, const Section &s) const {
  std::string_view name = s.name();
  u32 best = static_cast<u32>(patterns_.size());
  u32 node = 0;
  for (std::size_t i = 0;; ++i) {
    bool end = i == name.size();
    for (const Entry &e : entries_[node]) {
      if (e.pattern >= best)
        break; // they stand in the plan's order
      if (e.kind == Kind::Literal && !end)
        continue;
      const Pattern &p = patterns_[e.pattern];
      if (e.kind == Kind::Glob && !glob_match(p.glob, name))
        continue;
      if (p.plain || accepts(cursor, p, s)) {
        best = e.pattern;
        break;
      }
    }
    if (end)
      break;
    node = child(node, static_cast<u8>(name[i]));
    if (!node)
      break;
  }
  return best == patterns_.size() ? 0 : best + 1;
}

bool PlanMatcher::accepts(Cursor &cursor, const Pattern &p, const Section &s) const {
  const InputRule &r = *p.rule;
  if ((s.flags & r.must) != r.must || s.flags & r.must_not ||
      (s.native_flags & r.native_must) != r.native_must || s.native_flags & r.native_must_not)
    return false;
  if (p.file_condition) {
    if (!s.file)
      return false;
    if (cursor.file != s.file) {
      cursor.file = s.file;
      cursor.verdicts.assign(conditions_.size(), 0);
    }
    u8 &verdict = cursor.verdicts[p.file_condition];
    if (!verdict)
      verdict = file_matches(conditions_[p.file_condition], *s.file) ? 2 : 1;
    if (verdict == 1)
      return false;
  }
  return !r.accepts || r.accepts(s);
}

bool PlanMatcher::file_matches(const FileCondition &c, const InputFile &f) const {
  auto any = [&](const std::vector<FilePattern> &list) {
    return std::any_of(list.begin(), list.end(), [&](const FilePattern &p) { return matches_file(p, f); });
  };
  return (c.file->is_any() || matches_file(*c.file, f)) && !any(*c.exclude) && !any(*c.exclude_more);
}

std::string_view planned_output_name(const Link &link, const Section &s, u32 rule) {
  std::string_view name = rule                       ? link.matcher->rule(rule).owner->name
                          : link.plan.inputs.empty() ? link.target->output_name(link, s)
                                                     : "";
  return name.empty() ? s.name() : name;
}

std::string_view planned_output_name(const Link &link, const Section &s) {
  PlanMatcher::Cursor cursor;
  return planned_output_name(link, s, rule_of(link, cursor, s));
}

bool is_orphan(const Link &link, const Section &s) {
  const LayoutPlan &plan = link.plan;
  PlanMatcher::Cursor cursor;
  std::string_view name = s.name();
  if (rule_of(link, cursor, s))
    return false;
  if (plan.scripted)
    return std::none_of(plan.outputs.begin(), plan.outputs.end(), [&](const OutputRule *r) {
      return !r->disabled && r->name == name && !r->discards();
    });
  return !(s.flags & kSecDebug) && std::none_of(plan.slots.begin(), plan.slots.end(),
                                                [&](const PlanSlot &p) { return p.name == name; });
}

} // namespace gold
