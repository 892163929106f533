// SPDX-License-Identifier: Apache-2.0
//
// Two-dimensional Fourier transforms of square complex grids.
//
// Our own, not a library's: transforming 16 columns at once turns every butterfly into plain vector arithmetic, three
// times faster than Eigen's kissfft at 128 x 128, and a plan is immutable, so that threads share it.
#pragma once

#include <complex>
#include <cstddef>
#include <vector>

namespace esieve::simulate {

/// A square complex grid, row-major, real and imaginary parts apart. In reciprocal space index i stands for the
/// frequency `signed_index(i, size)`.
template <class Real>
struct Field {
  explicit Field(int n) : size(n), re(static_cast<std::size_t>(n) * static_cast<std::size_t>(n)), im(re.size()) {}

  std::size_t at(int y, int x) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(size) + static_cast<std::size_t>(x);
  }
  void clear();
  void multiply(const Field& other);  ///< Element by element.

  int size;
  std::vector<Real> re, im;
};

constexpr int signed_index(int i, int n) { return i < (n + 1) / 2 ? i : i - n; }
constexpr int wrap(int k, int n) { return k % n < 0 ? k % n + n : k % n; }

/// Unscaled transforms of `Field`s of one size, in place. `forward` uses exp(-2 pi i ...).
template <class Real>
class Fourier {
 public:
  /// \pre size has no prime factor above 5
  explicit Fourier(int size);

  void forward(Field<Real>& field, Field<Real>& scratch) const;
  void inverse(Field<Real>& field, Field<Real>& scratch) const;

  /// The smallest even size >= `at_least` without prime factors above 5.
  static int good_size(int at_least);

 private:
  struct Stage {
    int radix;
    std::size_t n_butterflies;                 // of each lane: what is left of the length after this stage
    std::vector<std::complex<Real>> twiddles;  // radix per butterfly; the first is 1
  };

  void transform_columns(const Real* re, const Real* im, Real* out_re, Real* out_im) const;

  std::size_t size_;
  std::vector<Stage> stages_;
};

extern template struct Field<float>;
extern template struct Field<double>;
extern template class Fourier<float>;
extern template class Fourier<double>;

}  // namespace esieve::simulate
