// SPDX-License-Identifier: Apache-2.0
#include "simulate/fourier.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

namespace esieve::simulate {
namespace {

// Columns transformed together; a slab of them stays in the first-level cache for the sizes in use.
constexpr std::size_t n_lanes = 16;

template <class Real>
struct Planes {
  Real* re;
  Real* im;
};

// One butterfly on `n` adjacent values: reads y_k from in + k * step, writes w^k DFT(y)_k to out + k * n.
template <class Real>
void butterfly2(Planes<const Real> in, std::size_t step, Planes<Real> out, std::size_t n, const std::complex<Real>* w) {
  const Real *ar = in.re, *ai = in.im, *br = in.re + step, *bi = in.im + step;
  Real* __restrict pr = out.re, * __restrict pi = out.im, * __restrict qr = out.re + n, * __restrict qi = out.im + n;
  const Real wr = w[1].real(), wi = w[1].imag();
  for (std::size_t i = 0; i < n; ++i) {
    const Real dr = ar[i] - br[i], di = ai[i] - bi[i];
    pr[i] = ar[i] + br[i];
    pi[i] = ai[i] + bi[i];
    qr[i] = dr * wr - di * wi;
    qi[i] = dr * wi + di * wr;
  }
}

template <class Real>
void butterfly4(Planes<const Real> in, std::size_t step, Planes<Real> out, std::size_t n, const std::complex<Real>* w) {
  const Real *r0 = in.re, *r1 = r0 + step, *r2 = r1 + step, *r3 = r2 + step;
  const Real *i0 = in.im, *i1 = i0 + step, *i2 = i1 + step, *i3 = i2 + step;
  Real* __restrict re = out.re;
  Real* __restrict im = out.im;
  const Real w1r = w[1].real(), w1i = w[1].imag(), w2r = w[2].real(), w2i = w[2].imag();
  const Real w3r = w[3].real(), w3i = w[3].imag();
  for (std::size_t i = 0; i < n; ++i) {
    const Real sr = r0[i] + r2[i], si = i0[i] + i2[i], dr = r0[i] - r2[i], di = i0[i] - i2[i];
    const Real tr = r1[i] + r3[i], ti = i1[i] + i3[i], er = r1[i] - r3[i], ei = i1[i] - i3[i];
    const Real ar = dr + ei, ai = di - er, br = sr - tr, bi = si - ti, cr = dr - ei, ci = di + er;
    re[i] = sr + tr;
    im[i] = si + ti;
    re[n + i] = ar * w1r - ai * w1i;
    im[n + i] = ar * w1i + ai * w1r;
    re[2 * n + i] = br * w2r - bi * w2i;
    im[2 * n + i] = br * w2i + bi * w2r;
    re[3 * n + i] = cr * w3r - ci * w3i;
    im[3 * n + i] = cr * w3i + ci * w3r;
  }
}

// Radix 3 and 5, by definition: they are at most two of a transform's stages.
template <class Real>
void butterfly_any(int radix, Planes<const Real> in, std::size_t step, Planes<Real> out, std::size_t n,
                   const std::complex<Real>* w) {
  for (int k = 0; k < radix; ++k) {
    Real* __restrict re = out.re + static_cast<std::size_t>(k) * n;
    Real* __restrict im = out.im + static_cast<std::size_t>(k) * n;
    std::fill_n(re, n, Real{0});
    std::fill_n(im, n, Real{0});
    for (int j = 0; j < radix; ++j) {
      const double angle = -2 * std::numbers::pi * ((j * k) % radix) / radix;
      const std::complex<Real> c = w[k] * std::complex<Real>(std::polar(1.0, angle));
      const Real cr = c.real(), ci = c.imag();
      const Real* yr = in.re + static_cast<std::size_t>(j) * step;
      const Real* yi = in.im + static_cast<std::size_t>(j) * step;
      for (std::size_t i = 0; i < n; ++i) {
        re[i] += yr[i] * cr - yi[i] * ci;
        im[i] += yr[i] * ci + yi[i] * cr;
      }
    }
  }
}

}  // namespace

template <class Real>
void Field<Real>::clear() {
  std::fill(re.begin(), re.end(), Real{0});
  std::fill(im.begin(), im.end(), Real{0});
}

template <class Real>
void Field<Real>::multiply(const Field& other) {
  Real* __restrict ar = re.data(), * __restrict ai = im.data();
  const Real *br = other.re.data(), *bi = other.im.data();
  for (std::size_t i = 0, n = re.size(); i < n; ++i) {
    const Real r = ar[i] * br[i] - ai[i] * bi[i];
    ai[i] = ar[i] * bi[i] + ai[i] * br[i];
    ar[i] = r;
  }
}

template <class Real>
int Fourier<Real>::good_size(int at_least) {
  for (int n = at_least + at_least % 2;; n += 2) {
    int rest = n;
    for (const int factor : {2, 3, 5})
      while (rest % factor == 0) rest /= factor;
    if (rest == 1) return n;
  }
}

template <class Real>
Fourier<Real>::Fourier(int size) : size_(static_cast<std::size_t>(size)) {
  for (int length = size; length > 1;) {
    const int radix = length % 4 == 0 ? 4 : length % 2 == 0 ? 2 : length % 3 == 0 ? 3 : 5;
    Stage stage{radix, static_cast<std::size_t>(length / radix), {}};
    for (int p = 0; p < length / radix; ++p)
      for (int k = 0; k < radix; ++k) stage.twiddles.emplace_back(std::polar(1.0, -2 * std::numbers::pi * p * k / length));
    stages_.push_back(std::move(stage));
    length /= radix;
  }
}

// Stockham's self-sorting algorithm on slabs of columns. Writes the result transposed, so that two calls transform both
// axes and restore the order.
template <class Real>
void Fourier<Real>::transform_columns(const Real* re, const Real* im, Real* out_re, Real* out_im) const {
  std::vector<Real> memory(4 * size_ * n_lanes);
  for (std::size_t first = 0; first < size_; first += n_lanes) {
    const std::size_t n_columns = std::min(n_lanes, size_ - first);
    Planes<Real> from{memory.data(), memory.data() + size_ * n_lanes};
    Planes<Real> to{memory.data() + 2 * size_ * n_lanes, memory.data() + 3 * size_ * n_lanes};
    for (std::size_t i = 0; i < size_; ++i) {
      std::copy_n(re + i * size_ + first, n_columns, from.re + i * n_lanes);
      std::copy_n(im + i * size_ + first, n_columns, from.im + i * n_lanes);
    }
    std::size_t run = n_lanes;  // adjacent values that share a twiddle factor
    for (const Stage& stage : stages_) {
      const std::size_t step = run * stage.n_butterflies;
      const auto radix = static_cast<std::size_t>(stage.radix);
      for (std::size_t p = 0; p < stage.n_butterflies; ++p) {
        const Planes<const Real> in{from.re + p * run, from.im + p * run};
        const Planes<Real> out{to.re + p * run * radix, to.im + p * run * radix};
        const std::complex<Real>* w = stage.twiddles.data() + p * radix;
        if (radix == 4)
          butterfly4(in, step, out, run, w);
        else if (radix == 2)
          butterfly2(in, step, out, run, w);
        else
          butterfly_any(stage.radix, in, step, out, run, w);
      }
      run *= radix;
      std::swap(from, to);
    }
    for (std::size_t c = 0; c < n_columns; ++c)
      for (std::size_t i = 0; i < size_; ++i) {
        out_re[(first + c) * size_ + i] = from.re[i * n_lanes + c];
        out_im[(first + c) * size_ + i] = from.im[i * n_lanes + c];
      }
  }
}

template <class Real>
void Fourier<Real>::forward(Field<Real>& field, Field<Real>& scratch) const {
  transform_columns(field.re.data(), field.im.data(), scratch.re.data(), scratch.im.data());
  transform_columns(scratch.re.data(), scratch.im.data(), field.re.data(), field.im.data());
}

// Exchanging real and imaginary parts before and after turns a forward transform into an inverse one.
template <class Real>
void Fourier<Real>::inverse(Field<Real>& field, Field<Real>& scratch) const {
  transform_columns(field.im.data(), field.re.data(), scratch.im.data(), scratch.re.data());
  transform_columns(scratch.im.data(), scratch.re.data(), field.im.data(), field.re.data());
}

template struct Field<float>;
template struct Field<double>;
template class Fourier<float>;
template class Fourier<double>;

}  // namespace esieve::simulate
