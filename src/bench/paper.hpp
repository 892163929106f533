// SPDX-License-Identifier: Apache-2.0
//
// What arXiv 2604.06221 (Dyck et al. 2026) found, from the results its authors published.
//
// Sparsity and best ratio of each dataset: dataset_inventory.csv and statistics.csv of
// github.com/ondrejdyck/4d-stem-compression-benchmark-public. The law is the paper's, ratio = a s^b + c fitted to these five
// by least squares; its constants follow from them.
#pragma once

#include <array>
#include <cmath>

namespace esieve::bench {

struct PaperDataset {
  const char* name;
  double zeros;       ///< Fraction of elements.
  double best_ratio;  ///< Of its thirteen methods in three chunk shapes.
};

/// Ascending in zeros.
inline constexpr std::array<PaperDataset, 5> paper_datasets = {{{"3D EELS", 0.494717, 4.8356},
                                                                {"4D Diff 4x4", 0.609100, 6.9359},
                                                                {"4D Diff 2x2", 0.708912, 11.2788},
                                                                {"4D Diff", 0.747353, 10.1997},
                                                                {"4D EELS", 0.928317, 34.9219}}};

/// Ratio for a fraction of zeros. R² 0.991 on the five.
inline double paper_law(double zeros) { return 49.909 * std::pow(zeros, 6.905) + 4.995; }
inline constexpr const char* paper_law_text = "49.9 s^6.91 + 4.99";

}  // namespace esieve::bench
