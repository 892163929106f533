// SPDX-License-Identifier: Apache-2.0
//
// Calibrated axes, title and units of a dataset, as NeXus, HyperSpy and EMD (0.2, 1.0, py4DSTEM) write them.
#pragma once

#include "esieve/source.hpp"
#include "h5/h5.hpp"

namespace esieve {

/// Sets scale, offset and units of the axes of `info` that the file says something about, its title and its
/// units.
///
/// The axis of a stack belongs to scan_x; it is left alone where the stack was given another scan shape.
/// \pre  info.dataset, info.shape, info.scan are set
void calibrate_axes(hid_t file, SourceInfo& info);

/// One spelling for the units that come in many: "px", "1/angstrom", "1/nm", "angstrom", "um". Others are
/// kept.
std::string plain_units(const std::string& units);

}  // namespace esieve
