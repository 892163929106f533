// SPDX-License-Identifier: Apache-2.0
//
// Everything, in pipeline order.
#pragma once

#include "esieve/version.hpp"
#include "esieve/error.hpp"
#include "esieve/shape.hpp"
#include "esieve/dtype.hpp"
#include "esieve/progress.hpp"
#include "esieve/source.hpp"
#include "esieve/threshold.hpp"
#include "esieve/events.hpp"
#include "esieve/codec.hpp"
#include "esieve/container.hpp"
#include "esieve/reader.hpp"
#include "esieve/analysis.hpp"
#include "esieve/simulate.hpp"
#include "esieve/verify.hpp"
#include "esieve/report.hpp"
#include "esieve/convert.hpp"
#include "esieve/extract.hpp"
#include "esieve/scan_geometry.hpp"
#include "esieve/writer.hpp"
#include "esieve/watch.hpp"
#include "esieve/recover.hpp"
#include "esieve/regrid.hpp"
#include "esieve/doctor.hpp"
