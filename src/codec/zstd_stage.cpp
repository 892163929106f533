// SPDX-License-Identifier: Apache-2.0
#include "codec/zstd_stage.hpp"

#include <zstd.h>

#include <new>

namespace esieve::codec {
namespace {

// Bounds the encoder's tables, of 4 bytes an entry, to 16 MiB; the strongest levels would have 64 or more.
constexpr int max_window_log = 22, max_chain_log = 21, max_hash_log = 21;

}  // namespace

struct Zstd::Contexts {
  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  std::unique_ptr<ZSTD_CCtx, Free> compress;
  std::unique_ptr<ZSTD_DCtx, Free> decompress;
  std::vector<std::byte> trial;
};

Zstd::Zstd() : contexts_(std::make_unique<Contexts>()) {}
Zstd::~Zstd() = default;
Zstd::Zstd(Zstd&&) noexcept = default;
Zstd& Zstd::operator=(Zstd&&) noexcept = default;

void Zstd::compress(std::span<const std::byte> bytes, int level, std::vector<std::byte>& out) {
  auto& context = contexts_->compress;
  if (!context) context.reset(ZSTD_createCCtx());
  if (!context) throw std::bad_alloc();
  ZSTD_CCtx_reset(context.get(), ZSTD_reset_session_and_parameters);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_contentSizeFlag, 0);
  // Levels choose for inputs of unknown size; only the strongest have to be held back, for the largest.
  if (bytes.size() > std::size_t{1} << max_window_log && level > 9) {
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_windowLog, max_window_log);
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_chainLog, max_chain_log);
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_hashLog, max_hash_log);
  }

  const std::size_t start = out.size();
  out.resize(start + ZSTD_compressBound(bytes.size()));
  const std::size_t written = ZSTD_compress2(context.get(), out.data() + start, out.size() - start, bytes.data(), bytes.size());
  if (ZSTD_isError(written)) {  // the output bound rules out everything but memory
    out.resize(start);
    throw std::bad_alloc();
  }
  out.resize(start + written);
}

std::size_t Zstd::compressed_size(std::span<const std::byte> bytes, int level) {
  contexts_->trial.clear();
  compress(bytes, level, contexts_->trial);
  return contexts_->trial.size();
}

bool Zstd::decompress(std::span<const std::byte> frame, std::span<std::byte> out) {
  auto& context = contexts_->decompress;
  if (!context) context.reset(ZSTD_createDCtx());
  if (!context) throw std::bad_alloc();
  return ZSTD_decompressDCtx(context.get(), out.data(), out.size(), frame.data(), frame.size()) == out.size();
}

}  // namespace esieve::codec
