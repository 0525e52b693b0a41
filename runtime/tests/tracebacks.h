// The tracebacks of all goroutines as text, for tests that wait until goroutines are in certain states.
#pragma once

#include <go/go.hpp>
#include <sys/mman.h>
#include <unistd.h>

#include <string>

inline std::string tracebacks() {
  int fd = memfd_create("tracebacks", 0);
  go::traceback(fd);
  std::string all(std::size_t(lseek(fd, 0, SEEK_END)), '\0');
  ssize_t n = pread(fd, all.data(), all.size(), 0);
  close(fd);
  return n == ssize_t(all.size()) ? all : "";
}
