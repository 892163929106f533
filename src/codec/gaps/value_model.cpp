// SPDX-License-Identifier: Apache-2.0
//
// What a class's totals say about its counts.
#include "codec/gaps/value_model.hpp"

namespace esieve::codec::gaps {
namespace {

constexpr unsigned learning_rate = 8;
constexpr unsigned prior_firmness = 24;  // a Poisson law is nearly right for counted electrons
constexpr unsigned ones_per_exception = 4;

}  // namespace

void ValueModel::reset(const LeafClass& of, std::uint32_t n_above_one) {
  each_ = of.bright || std::uint64_t{n_above_one} * ones_per_exception > of.n_events;
  range_ = make_value_range(of.bright ? of.mean : 0, each_ ? 1 : 2);
  cdf_.reset(make_poisson_cdf(of.mean, range_), prior_firmness, learning_rate);
  if (!each_ && n_above_one != 0) ones_ = make_gap_law(n_above_one, of.n_events);
}

}  // namespace esieve::codec::gaps
