// SPDX-License-Identifier: Apache-2.0
//
// Codecs and buffers that threads take and give back.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "esieve/codec.hpp"

namespace esieve {

class CodecPool {
 public:
  struct Workspace {
    ChunkCodec codec;
    std::vector<std::byte> chunk;
    ChunkEvents events;
    std::vector<std::byte> dense;
  };

  /// A workspace for as long as the lease lives.
  class Lease {
   public:
    explicit Lease(CodecPool& pool) : pool_(pool), workspace_(pool.take()) {}
    ~Lease() { pool_.give_back(std::move(workspace_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Workspace* operator->() { return workspace_.get(); }
    Workspace& operator*() { return *workspace_; }

   private:
    CodecPool& pool_;
    std::unique_ptr<Workspace> workspace_;
  };

 private:
  std::unique_ptr<Workspace> take() {
    {
      const std::lock_guard guard(mutex_);
      if (!idle_.empty()) {
        auto workspace = std::move(idle_.back());
        idle_.pop_back();
        return workspace;
      }
    }
    return std::make_unique<Workspace>();
  }
  void give_back(std::unique_ptr<Workspace> workspace) {
    const std::lock_guard guard(mutex_);
    idle_.push_back(std::move(workspace));
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<Workspace>> idle_;
};

}  // namespace esieve
