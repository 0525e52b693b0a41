// Name → object tables that many threads fill at once.
//
// Open addressing over one array of 8-byte slots: the upper 16 bits hold a tag of the hash, the
// lower 48 the pointer. A new name costs one compare-and-swap and is visible together with its tag,
// so lookups never lock or wait. The table does not grow while it is being filled: before a wave of
// insertions the caller reserves room for the most that the wave can add.
//
// T must be constructible from nothing by zeroed memory and have `name_data` and `name_size`; names
// are not copied and must outlive the table. A T with `key_space` may hold keys of several spaces:
// space 0 is plain names, which all formats share; what the others mean is the reader's affair (a Go
// object has names of a second ABI and content hashes).
#pragma once

#include "support/arena.h"
#include "support/bytes.h"
#include "support/hash.h"
#include "support/threads.h"

#include <atomic>
#include <string_view>

namespace gold {

inline u64 key_hash(std::string_view name, u32 key_space) {
  return key_space ? hash_combine(hash_string(name), key_space) : hash_string(name);
}

template <class T> class InternTable {
public:
  // Makes room for `more` further names. Not thread-safe.
  void reserve(u64 more) {
    u64 need = (count() + more) * 2;
    if (slots_ && need <= capacity_)
      return;
    u64 cap = std::bit_ceil(need < 1024 ? 1024 : need);
    auto *fresh = static_cast<std::atomic<u64> *>(zeroed_pages(cap * 8));
    auto *old = slots_;
    u64 old_cap = capacity_;
    slots_ = fresh;
    capacity_ = cap;
    parallel_for(old_cap, 1 << 16, [&](u64 i) {
      u64 v = old[i].load(std::memory_order_relaxed);
      if (!v)
        return;
      T *t = pointer(v);
      for (u64 j = key_hash({t->name_data, t->name_size}, space_of(*t)) & (cap - 1);;
           j = (j + 1) & (cap - 1)) {
        u64 none = 0;
        if (slots_[j].load(std::memory_order_relaxed) == 0 && slots_[j].compare_exchange_strong(none, v))
          return;
      }
    });
  }

  u64 count() const { return used_.load(std::memory_order_relaxed); }

  void prefetch(u64 hash) const { __builtin_prefetch(&slots_[hash & (capacity_ - 1)]); }

  // A second step, once the slot has arrived: the object that it points to, if any.
  void prefetch_object(u64 hash) const {
    __builtin_prefetch(pointer(slots_[hash & (capacity_ - 1)].load(std::memory_order_relaxed)));
  }

  // The object of this key, made if it is new. `hash` is key_hash(name, key_space).
  T *intern(std::string_view name, u64 hash, u32 key_space = 0) {
    T *fresh = nullptr;
    for (u64 i = hash & (capacity_ - 1);; i = (i + 1) & (capacity_ - 1)) {
      u64 v = slots_[i].load(std::memory_order_acquire);
      if (v == 0) {
        // The caller reserved room for every honest input; a table that fills up would never end
        // the search for a free slot.
        if (used_.load(std::memory_order_relaxed) >= capacity_ - capacity_ / 16)
          throw InputError("more names than its headers announce");
        if (!fresh) {
          fresh = Arena::make<T>();
          fresh->name_data = name.data();
          fresh->name_size = static_cast<u32>(name.size());
          if constexpr (requires { fresh->key_space; })
            fresh->key_space = static_cast<decltype(T::key_space)>(key_space);
        }
        if (slots_[i].compare_exchange_strong(v, (hash >> 48 << 48) | reinterpret_cast<u64>(fresh),
                                              std::memory_order_release, std::memory_order_acquire)) {
          used_.fetch_add(1, std::memory_order_relaxed);
          return fresh;
        }
      }
      if (T *t = match(v, name, hash, key_space))
        return t; // a `fresh` that lost the race is left in the arena
    }
  }
  T *intern(std::string_view name) { return intern(name, hash_string(name)); }

  // The object of this key, or null.
  T *find(std::string_view name, u64 hash, u32 key_space = 0) const {
    if (!slots_)
      return nullptr;
    for (u64 i = hash & (capacity_ - 1);; i = (i + 1) & (capacity_ - 1)) {
      u64 v = slots_[i].load(std::memory_order_acquire);
      if (v == 0)
        return nullptr;
      if (T *t = match(v, name, hash, key_space))
        return t;
    }
  }
  T *find(std::string_view name) const { return find(name, hash_string(name)); }

private:
  static u32 space_of(const T &t) {
    if constexpr (requires { t.key_space; })
      return t.key_space;
    return 0;
  }
  static T *pointer(u64 v) { return reinterpret_cast<T *>(v << 16 >> 16); }
  static T *match(u64 v, std::string_view name, u64 hash, u32 key_space) {
    if ((v ^ hash) >> 48)
      return nullptr;
    T *t = pointer(v);
    bool same = space_of(*t) == key_space && std::string_view(t->name_data, t->name_size) == name;
    return same ? t : nullptr;
  }
  std::atomic<u64> *slots_ = nullptr;
  u64 capacity_ = 0;
  std::atomic<u64> used_{0};
};

// Interns names in small batches: the slots of a whole batch, then the objects that they point to, are on
// their way into the cache before the first is looked at. use(T &, Item) is called for each name, in the
// order of add(); the last ones wait for flush().
template <class T, class Item, class Use> class InternBatch {
public:
  InternBatch(InternTable<T> &table, Use use, u32 key_space = 0)
      : table_(table), use_(std::move(use)), key_space_(key_space) {}

  void add(std::string_view name, Item item) {
    names_[count_] = name;
    hashes_[count_] = key_hash(name, key_space_);
    items_[count_] = item;
    table_.prefetch(hashes_[count_]);
    if (++count_ == kSize)
      flush();
  }
  void flush() {
    for (u32 k = 0; k < count_; ++k)
      table_.prefetch_object(hashes_[k]);
    for (u32 k = 0; k < count_; ++k)
      use_(*table_.intern(names_[k], hashes_[k], key_space_), items_[k]);
    count_ = 0;
  }

private:
  static constexpr u32 kSize = 16;
  InternTable<T> &table_;
  Use use_;
  u32 key_space_, count_ = 0;
  std::string_view names_[kSize];
  u64 hashes_[kSize];
  Item items_[kSize];
};
template <class Item, class T, class Use>
InternBatch<T, Item, Use> intern_batch(InternTable<T> &table, Use use, u32 key_space = 0) {
  return {table, std::move(use), key_space};
}

} // namespace gold
