#include "support/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <mutex>
#include <utility>

namespace gold {

namespace {
std::mutex g_mutex;
// A linked list that a signal handler can walk: nodes are only ever pushed.
struct Node {
  MappedFile file;
  Node *next = nullptr;
  bool copied = false; // from a pipe
};
std::atomic<Node *> g_files{nullptr};

char g_temp_path[4096];
std::atomic<bool> g_have_temp{false};

struct sigaction g_previous;

void write_all(int fd, const char *s, size_t n) {
  while (n) {
    ssize_t k = write(fd, s, n);
    if (k <= 0)
      return;
    s += k;
    n -= static_cast<size_t>(k);
  }
}

void on_sigbus(int sig, siginfo_t *info, void *) {
  auto addr = reinterpret_cast<const u8 *>(info->si_addr);
  for (Node *n = g_files.load(); n; n = n->next)
    if (addr >= n->file.bytes.data() && addr < n->file.bytes.data() + align_up(n->file.bytes.size(), 4096)) {
      static const char a[] = "gold-go: error: ";
      static const char b[] = ": file was truncated while it was being read\n";
      write_all(2, a, sizeof a - 1);
      write_all(2, n->file.path.c_str(), n->file.path.size());
      write_all(2, b, sizeof b - 1);
      remove_temporary_output();
      _exit(1);
    }
  // No input's: let the handler that was there before see it when the access is tried again.
  sigaction(sig, &g_previous, nullptr);
}

bool read_pipe(int fd, ByteView *out) {
  std::string all;
  char buf[65536];
  for (;;) {
    ssize_t k = read(fd, buf, sizeof buf);
    if (k < 0 && errno == EINTR)
      continue;
    if (k < 0)
      return false;
    if (k == 0)
      break;
    all.append(buf, static_cast<size_t>(k));
  }
  auto *p = new u8[all.size()];
  std::memcpy(p, all.data(), all.size());
  *out = {p, all.size()};
  return true;
}
} // namespace

const MappedFile *map_file(const std::string &path, std::string *error) {
  int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat st;
  if (fd < 0 || fstat(fd, &st) != 0) {
    *error = strerror(errno);
    if (fd >= 0)
      close(fd);
    return nullptr;
  }
  auto *node = new Node;
  node->file.path = path;
  node->file.device = st.st_dev;
  node->file.inode = st.st_ino;
  if (S_ISDIR(st.st_mode)) {
    *error = strerror(EISDIR);
    close(fd);
    delete node;
    return nullptr;
  }
  if (S_ISREG(st.st_mode)) {
    auto size = static_cast<size_t>(st.st_size);
    if (size) {
      void *p = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
      if (p == MAP_FAILED) {
        *error = strerror(errno);
        close(fd);
        delete node;
        return nullptr;
      }
      node->file.bytes = {static_cast<u8 *>(p), size};
    }
  } else if (!read_pipe(fd, &node->file.bytes)) {
    *error = strerror(errno);
    close(fd);
    delete node;
    return nullptr;
  } else {
    node->copied = true;
  }
  close(fd);
  Node *head = g_files.load();
  do
    node->next = head;
  while (!g_files.compare_exchange_weak(head, node));
  return &node->file;
}

ByteView peek_file(const std::string &path) {
  int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat st;
  if (fd < 0)
    return {};
  ByteView bytes;
  if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
    void *p = mmap(nullptr, static_cast<size_t>(st.st_size), PROT_READ, MAP_PRIVATE, fd, 0);
    if (p != MAP_FAILED)
      bytes = {static_cast<u8 *>(p), static_cast<u64>(st.st_size)};
  }
  close(fd);
  return bytes;
}

bool file_exists(const std::string &path) {
  struct stat st;
  return stat(path.c_str(), &st) == 0 && !S_ISDIR(st.st_mode);
}

std::vector<const MappedFile *> mapped_files() {
  std::vector<const MappedFile *> v;
  for (Node *n = g_files.load(); n; n = n->next)
    v.push_back(&n->file);
  std::sort(v.begin(), v.end(), [](auto *a, auto *b) { return a->path < b->path; });
  v.erase(std::unique(v.begin(), v.end(), [](auto *a, auto *b) { return a->path == b->path; }), v.end());
  return v;
}

void drop_mapped_files() {
  Node *n = g_files.exchange(nullptr);
  while (n) {
    ByteView bytes = n->file.bytes;
    if (n->copied)
      delete[] bytes.data();
    else if (bytes.size())
      munmap(const_cast<u8 *>(bytes.data()), bytes.size());
    delete std::exchange(n, n->next);
  }
}

void guard_mapped_files() {
  struct sigaction sa = {};
  sa.sa_sigaction = on_sigbus;
  sa.sa_flags = SA_SIGINFO;
  sigaction(SIGBUS, &sa, &g_previous);
}

void set_temporary_output(const std::string &path) {
  std::lock_guard lock(g_mutex);
  g_have_temp.store(false);
  if (path.empty() || path.size() >= sizeof g_temp_path)
    return;
  std::memcpy(g_temp_path, path.c_str(), path.size() + 1);
  g_have_temp.store(true);
}

void remove_temporary_output() {
  if (g_have_temp.exchange(false))
    unlink(g_temp_path);
}

} // namespace gold
