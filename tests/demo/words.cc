#include "words.h"

#include <mutex>
#include <sstream>
#include <thread>

namespace {
thread_local std::size_t words_seen_here = 0;
}

std::map<std::string, std::size_t> count_words(const std::vector<std::string> &texts) {
  if (texts.empty())
    throw EmptyText();
  std::map<std::string, std::size_t> total;
  std::mutex mutex;
  std::vector<std::thread> threads;
  for (const std::string &text : texts)
    threads.emplace_back([&] {
      std::istringstream in(text);
      for (std::string word; in >> word; ++words_seen_here) {
        std::lock_guard lock(mutex);
        ++total[word];
      }
      std::lock_guard lock(mutex);
      total["(words)"] += words_seen_here;
    });
  for (std::thread &thread : threads)
    thread.join();
  return total;
}
