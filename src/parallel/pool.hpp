// SPDX-License-Identifier: Apache-2.0
//
// What holds much memory, taken and given back by threads: there is as much of it as was ever in use at once.
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace esieve {

/// Any number of threads may use it.
template <class T>
class Pool {
 public:
  /// A T for as long as the lease lives: one that nobody uses, as it was left, or a new one.
  class Lease {
   public:
    /// \param arguments  for the constructor of T, should there have to be a new one
    template <class... Arguments>
    explicit Lease(Pool& pool, Arguments&&... arguments) : pool_(pool), item_(pool.take()) {
      if (!item_) item_ = std::make_unique<T>(std::forward<Arguments>(arguments)...);
    }
    ~Lease() { pool_.give_back(std::move(item_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    T* operator->() { return item_.get(); }
    T& operator*() { return *item_; }

   private:
    Pool& pool_;
    std::unique_ptr<T> item_;
  };

 private:
  std::unique_ptr<T> take() {
    const std::lock_guard guard(mutex_);
    if (idle_.empty()) return nullptr;
    auto item = std::move(idle_.back());
    idle_.pop_back();
    return item;
  }
  void give_back(std::unique_ptr<T> item) {
    const std::lock_guard guard(mutex_);
    idle_.push_back(std::move(item));
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<T>> idle_;
};

}  // namespace esieve
