// The demo's second translation unit: counts words, with threads.
#pragma once

#include <cstddef>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

struct EmptyText : std::runtime_error {
  EmptyText() : std::runtime_error("there is no text") {}
};

// Counts how often each word occurs in all texts, a thread a text. Throws EmptyText if there are none.
std::map<std::string, std::size_t> count_words(const std::vector<std::string> &texts);
