// Writing the image.
//
// The output is cut into tasks of about half a megabyte: runs of members of one output section, or
// parts of a synthesized one. A task fills a buffer that its thread reuses (copy, relocate, fill
// gaps), hashes it while it is in cache if an identity is wanted, and writes it with one pwrite:
// full pages are never zeroed first, no page faults, each output byte touched once. Tasks of tables
// that relocation fills run after the rest.
//
// The file appears whole or not at all: it is written under a temporary name beside the final one
// and renamed. An output that exists and is no regular file (/dev/null, a pipe), or stands in a folder
// where nothing new can be made, is written where it is, from a file in memory; so is standard output, "-".
#include "layout/layout.h"
#include "layout/patches.h"
#include "layout/statements.h"
#include "layout/write_check.h"
#include "model/output_file.h"
#include "support/threads.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

namespace gold {

namespace {

constexpr u64 kTaskBytes = 512 << 10;

struct Task {
  OutputSection *out = nullptr;
  std::size_t first = 0, last = 0; // members [first, last)
  int part = -1;                   // of the one synthesized member, or -1
  bool zeros = false;              // of a section without contents: the file has them already
  u64 begin = 0, end = 0;          // offsets in the output section
  u64 hash = 0;
};

bool pwrite_all(int fd, const u8 *p, u64 n, u64 off) {
  while (n) {
    ssize_t k = pwrite(fd, p, n, static_cast<off_t>(off));
    if (k < 0 && errno == EINTR)
      continue;
    if (k <= 0)
      return false;
    p += k;
    n -= static_cast<u64>(k);
    off += static_cast<u64>(k);
  }
  return true;
}

// A gap of any size, in tasks of bounded size that begin at whole patterns.
void add_gap(OutputSection &o, u64 begin, u64 end, std::vector<Task> &tasks) {
  u64 step = gap_step(o, begin, kTaskBytes);
  for (; begin < end; begin += std::min(step, end - begin)) {
    Task t{&o};
    t.begin = begin;
    t.end = std::min(begin + step, end);
    tasks.push_back(t);
  }
}

// Zeros that need no buffer, however many they are.
bool is_bulk(const Section &s) {
  return s.kind == SectionKind::Regular && !s.data && !s.num_relocs && s.size > kTaskBytes;
}

void add_tasks(OutputSection &o, std::vector<Task> &now, std::vector<Task> &late) {
  auto next = [&](std::size_t i) { return i + 1 < o.members.size() ? o.members[i + 1]->offset : o.size; };
  std::size_t i = 0;
  // A script may begin a section at an address that doesn't suit its first member.
  add_gap(o, 0, o.members.empty() ? o.size : o.members[0]->offset, now);
  while (i < o.members.size()) {
    Section *s = o.members[i];
    if (s->kind == SectionKind::Synthetic && s->size) {
      u32 parts = std::max<u32>(s->synth->parts(), 1);
      for (u32 p = 0; p < parts; ++p) {
        Task t{&o, i, i + 1, static_cast<int>(p)};
        t.begin = s->offset + (parts == 1 ? 0 : s->synth->part_offset(p));
        t.end = s->offset + (p + 1 == parts ? s->size : s->synth->part_offset(p + 1));
        (s->synth->late ? late : now).push_back(t);
      }
      add_gap(o, s->offset + s->size, next(i++), now);
      continue;
    }
    Task t{&o, i, i + 1};
    t.begin = s->offset;
    t.end = s->offset + s->size;
    t.zeros = is_bulk(*s);
    u64 end = next(i++);
    // As many as make a task; small gaps between them are theirs.
    while (!t.zeros && end - t.end < kTaskBytes && i < o.members.size() && end - t.begin < kTaskBytes &&
           o.members[i]->kind != SectionKind::Synthetic && !is_bulk(*o.members[i])) {
      t.end = end + o.members[i]->size;
      t.last = i + 1;
      end = next(i++);
    }
    if (!t.zeros && end - t.end < kTaskBytes)
      t.end = end;
    now.push_back(t);
    add_gap(o, t.end, end, now);
  }
}

void run_task(Link &link, const Task &t, u8 *buf) {
  OutputSection &o = *t.out;
  if (t.first == t.last) {
    fill_gap(link, o, t.begin, buf, t.end - t.begin);
    return;
  }
  if (t.part >= 0) {
    std::memset(buf, 0, t.end - t.begin);
    o.members[t.first]->synth->write_part(link, static_cast<u32>(t.part), buf);
    return;
  }
  for (std::size_t i = t.first; i < t.last; ++i) {
    Section *s = o.members[i];
    u8 *p = buf + (s->offset - t.begin);
    u64 stored = s->data ? s->size - s->zero_tail : 0;
    if (stored)
      std::memcpy(p, s->data, stored);
    std::memset(p + stored, 0, s->size - stored);
    u64 next = i + 1 < t.last ? o.members[i + 1]->offset : t.end;
    if (u64 gap = next - s->offset - s->size)
      fill_gap(link, o, s->offset + s->size, p + s->size, gap);
    if (s->num_relocs)
      link.target->relocate(link, *s, p);
    if (!link.patches.empty())
      apply_patches(link, *s, p);
  }
}

// The sum of the 16-bit words of `n` bytes that begin at an offset of parity `odd`, folded to 32 bits.
// Words of any multiple of 16 bits have the same sum modulo 0xffff, and in one that is off by a byte
// the halves are swapped.
u64 sum_words(const u8 *p, u64 n, bool odd) {
  u64 sum[4] = {}, i = 0;
  for (; i + 32 <= n; i += 32)
    for (u64 k = 0; k < 4; ++k) {
      u64 v = load<u64>(p + i + k * 8);
      sum[k] += v;
      sum[k] += sum[k] < v;
    }
  u64 total = 0;
  for (u64 s : sum)
    total += (s & 0xffffffff) + (s >> 32);
  for (; i < n; ++i)
    total += u64(p[i]) << (i & 1 ? 8 : 0);
  while (total >> 16)
    total = (total & 0xffff) + (total >> 16);
  return odd ? (total & 0xff) << 8 | total >> 8 : total;
}

class Output final : public OutputFile {
public:
  explicit Output(Link &link) : link_(link), summing_(link.target->wants_word_sum(link)) {}
  ~Output() override {
    if (fd_ >= 0)
      ::close(fd_);
  }

  bool open() {
    const std::string &path = link_.opt.output;
    struct stat st;
    bool exists = ::stat(path.c_str(), &st) == 0;
    regular_ = path != "-" && (!exists || S_ISREG(st.st_mode));
    if (regular_ && !open_temporary()) {
      int why = errno;
      regular_ = false;
      if (!exists || access(path.c_str(), W_OK) != 0) {
        errno = why;
        return fail("cannot open output file");
      }
    }
    if (!regular_)
      fd_ = memfd_create("gold-go", MFD_CLOEXEC);
    if (fd_ < 0)
      return fail("cannot open output file");
    // Room for all of it at once; filesystems that can't are written without.
    if (regular_ && fallocate(fd_, 0, 0, static_cast<off_t>(link_.file_size)) != 0 &&
        (errno == ENOSPC || errno == EFBIG))
      return fail("cannot write output file");
    return true;
  }
  void write(const u8 *p, u64 n, u64 off) override {
    if (summing_)
      sum_.fetch_add(sum_words(p, n, off & 1), std::memory_order_relaxed);
    if (!pwrite_all(fd_, p, n, off))
      failed_.store(errno ? errno : EIO);
  }
  u32 word_sum() const override {
    u64 sum = sum_.load(std::memory_order_relaxed);
    while (sum >> 16)
      sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<u32>(sum);
  }
  bool read(u8 *p, u64 n, u64 off) override {
    while (n) {
      ssize_t k = pread(fd_, p, n, static_cast<off_t>(off));
      if (k < 0 && errno == EINTR)
        continue;
      if (k <= 0) {
        failed_.store(k < 0 ? errno : EIO);
        return false;
      }
      p += k;
      n -= static_cast<u64>(k);
      off += static_cast<u64>(k);
    }
    return true;
  }
  bool close() {
    if (failed_) {
      errno = failed_;
      return fail("cannot write output file");
    }
    if (ftruncate(fd_, static_cast<off_t>(link_.file_size)) != 0)
      return fail("cannot write output file");
    if (!regular_)
      return copy_out();
    if (::close(std::exchange(fd_, -1)) != 0 || rename(temp_.c_str(), link_.opt.output.c_str()) != 0)
      return fail("cannot rename output file");
    set_temporary_output("");
    return true;
  }
  void discard() { remove_temporary_output(); }

#ifndef NDEBUG
  WriteCheck check;
#endif

private:
  // A fresh file: nothing that stands under the name is followed or written over.
  bool open_temporary() {
    temp_ = link_.opt.output + format(".tmp%d", static_cast<int>(getpid()));
    mode_t mode = link_.is_relocatable() ? 0666 : 0777;
    set_temporary_output(temp_); // first: a signal may come between
    for (int attempt = 0; attempt < 2; ++attempt) {
      fd_ = ::open(temp_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
      if (fd_ >= 0)
        return true;
      if (errno != EEXIST || unlink(temp_.c_str()) != 0) // left behind by a process of that number
        break;
    }
    set_temporary_output("");
    return false;
  }
  bool fail(const char *what) {
    link_.diag.error(std::string(what) + " " + link_.opt.output + ": " + strerror(errno));
    discard();
    return false;
  }
  bool copy_out() {
    int out = link_.opt.output == "-" ? dup(STDOUT_FILENO)
                                      : ::open(link_.opt.output.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
    if (out < 0)
      return fail("cannot open output file");
    std::vector<u8> buf(std::min<u64>(link_.file_size, 1 << 20));
    for (u64 off = 0; off < link_.file_size;) {
      u64 n = std::min<u64>(buf.size(), link_.file_size - off);
      if (!read(buf.data(), n, off)) {
        errno = failed_;
        return fail("cannot write output file");
      }
      for (u64 done = 0; done < n;) {
        ssize_t k = ::write(out, buf.data() + done, n - done);
        if (k < 0 && errno == EINTR)
          continue;
        if (k <= 0)
          return fail("cannot write output file");
        done += static_cast<u64>(k);
      }
      off += n;
    }
    ::close(out);
    return true;
  }
  Link &link_;
  bool summing_;
  std::atomic<u64> sum_{0};
  std::string temp_;
  int fd_ = -1;
  bool regular_ = true;
  std::atomic<int> failed_{0};
};

void run_tasks(Link &link, Output &out, std::vector<Task> &tasks, bool hash) {
  parallel_for(tasks.size(), 1, [&](std::size_t i) {
    static thread_local std::vector<u8> buf;
    Task &t = tasks[i];
    u64 n = t.end - t.begin;
    if (n == 0)
      return;
    if (t.zeros) { // a new file has no other bytes there
      t.hash = n;
#ifndef NDEBUG
      out.check.wrote(t.out->offset + t.begin, n);
#endif
      return;
    }
    if (buf.size() < n)
      buf.resize(std::max(n, kTaskBytes * 2));
#ifndef NDEBUG
    std::memset(buf.data(), 0xdb, n); // what nobody writes shows
#endif
    run_task(link, t, buf.data());
    if (hash)
      t.hash = hash_bytes(buf.data(), n);
    out.write(buf.data(), n, t.out->offset + t.begin);
#ifndef NDEBUG
    out.check.wrote(t.out->offset + t.begin, n);
#endif
  });
}

// A tree hash: blocks by content, then their hashes with names and places of the sections.
void identity_of(const std::vector<Task> &a, const std::vector<Task> &b, u8 (&id)[64]) {
  std::vector<u64> v;
  for (auto *tasks : {&a, &b})
    for (const Task &t : *tasks) {
      v.push_back(t.hash);
      v.push_back(t.out->addr + t.begin);
      v.push_back(hash_string(t.out->name));
    }
  for (u32 i = 0; i < sizeof id; i += 16) {
    XXH128_hash_t h = XXH3_128bits_withSeed(v.data(), v.size() * 8, i);
    store<u64>(id + i, h.low64);
    store<u64>(id + i + 8, h.high64);
  }
}

// Headers and trailer.
void write_frame(Link &link, Output &out) {
  std::vector<u8> buf(std::max(link.target->header_size(link), link.target->trailer_size(link)));
  link.target->write_headers(link, buf.data());
  out.write(buf.data(), link.target->header_size(link), 0);
  if (u64 n = link.target->trailer_size(link)) {
    std::fill_n(buf.begin(), link.target->header_size(link), u8(0));
    link.target->write_trailer(link, buf.data());
    out.write(buf.data(), n, link.trailer_offset);
  }
}

} // namespace

bool write_output(Link &link) {
  Output out(link);
  if (!out.open())
    return false;
  std::vector<Task> now, late;
  for (OutputSection *o : link.outputs)
    if (!(o->flags & kSecZeroFill) && o->size && (o->flags & kSecAlloc || !link.raw_image))
      add_tasks(*o, now, late);
  bool build_id = link.build_id && link.build_id_size && link.build_id->output;
  bool hash = build_id || link.target->wants_identity(link);
  {
    Pass p(link.stats, "copy and relocate");
    run_tasks(link, out, now, hash);
  }
  {
    Pass p(link.stats, "late tables");
    run_tasks(link, out, late, hash);
  }
  if (!link.raw_image)
    write_frame(link, out);
#ifndef NDEBUG
  if (!link.raw_image) {
    out.check.wrote(0, link.target->header_size(link));
    out.check.wrote(link.trailer_offset, link.target->trailer_size(link));
  }
  if (!link.diag.has_errors())
    out.check.finish(link);
#endif
  u8 identity[64] = {};
  if (hash)
    identity_of(now, late, identity);
  if (build_id) {
    const Section &s = *link.build_id;
    out.write(identity, std::min<u64>(link.build_id_size, sizeof identity),
              s.output->offset + s.offset + link.build_id_offset);
  }
  link.target->finish(link, out, identity);
  if (link.diag.has_errors() && !link.opt.noinhibit_exec) {
    out.discard();
    return false;
  }
  return out.close();
}

} // namespace gold
