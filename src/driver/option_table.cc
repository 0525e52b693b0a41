// Look-ups in the option table.
#include "driver/option_table.h"

namespace gold {

extern const OptionGroup native_options, gnu_options, z_options, pe_options, macho_options;

namespace {
bool is_z(const OptionSpec &row) {
  return row.form == Form::Z || row.form == Form::ZValue;
}
} // namespace

std::span<const OptionGroup> option_groups() {
  static const OptionGroup groups[] = {native_options, gnu_options, z_options, pe_options, macho_options};
  return groups;
}

const OptionSpec *find_option(std::string_view name, u8 mask, bool z) {
  for (const OptionGroup &g : option_groups()) {
    auto it = std::lower_bound(g.index.begin(), g.index.end(), name,
                               [](const OptionName &n, std::string_view s) { return n.name < s; });
    for (; it != g.index.end() && it->name == name; ++it) {
      const OptionSpec &row = g.rows[it->row];
      if ((row.dialects & mask) && is_z(row) == z)
        return &row;
    }
  }
  return nullptr;
}

const OptionSpec *find_joined_option(std::string_view text, u8 mask, std::size_t *length) {
  const OptionSpec *best = nullptr;
  *length = 1; // names of one letter are the caller's
  for (const OptionGroup &g : option_groups())
    for (const OptionSpec &row : g.rows)
      if (row.form == Form::Joined && (row.dialects & mask))
        for_each_name(row.names, [&](std::string_view name) {
          if (name.size() > *length && text.starts_with(name)) {
            best = &row;
            *length = name.size();
          }
        });
  return best;
}

// Levenshtein's distance, with a neighbouring swap as one step; `limit` + 1 when it is larger.
static std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit) {
  constexpr std::size_t max = 64;
  if (a.size() > max || b.size() > max ||
      (a.size() > b.size() ? a.size() - b.size() : b.size() - a.size()) > limit)
    return limit + 1;
  std::size_t rows[3][max + 1];
  for (std::size_t j = 0; j <= b.size(); ++j)
    rows[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t *cur = rows[i % 3], *prev = rows[(i - 1) % 3], *prev2 = rows[(i + 1) % 3];
    cur[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      cur[j] = std::min({prev[j] + 1, cur[j - 1] + 1, prev[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        cur[j] = std::min(cur[j], prev2[j - 2] + 1);
    }
  }
  return rows[a.size() % 3][b.size()];
}

std::string_view nearest_option(std::string_view name, u8 mask, bool z) {
  std::string_view best;
  // Short names are near to everything: a suggestion must share most of the name.
  std::size_t limit = std::min<std::size_t>(name.size() / 3, 4);
  for (const OptionGroup &g : option_groups())
    for (const OptionSpec &row : g.rows) {
      if (!(row.dialects & mask) || is_z(row) != z || row.form == Form::Heading)
        continue;
      for_each_name(row.names, [&](std::string_view known) {
        if (known.size() < 2 || limit == 0)
          return;
        if (std::size_t d = edit_distance(name, known, limit); d <= limit) {
          best = known;
          limit = d - (d > 0); // the first of equals wins
        }
      });
    }
  return best;
}

} // namespace gold
