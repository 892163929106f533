// SPDX-License-Identifier: Apache-2.0
//
// Events as an Eigen sparse matrix over the same memory. The only public header that needs Eigen.
#pragma once

#include <Eigen/SparseCore>

#include "esieve/events.hpp"

namespace esieve {

/// A (n_frames × n_pixels) row-major sparse matrix of counts. Valid while `events` lives and is not changed.
template <class Count>
Eigen::Map<const Eigen::SparseMatrix<Count, Eigen::RowMajor, std::int32_t>> as_sparse(const Events<Count>& events) {
  return {static_cast<Eigen::Index>(events.n_frames()),
          static_cast<Eigen::Index>(events.detector.n_pixels()),
          static_cast<Eigen::Index>(events.n_events()),
          events.offsets.data(),
          events.pixels.data(),
          events.counts.data()};
}

}  // namespace esieve
