// The demo: iostream, threads, thread-local storage, and an exception caught across translation units.
#include <iostream>

#include "words.h"

int main() {
  for (const auto &[word, count] : count_words({"go gold", "gold go go", "a linker in gold"}))
    std::cout << word << ' ' << count << '\n';
  try {
    count_words({});
  } catch (const EmptyText &error) {
    std::cout << "caught: " << error.what() << '\n';
    return 0;
  }
  return 1;
}
