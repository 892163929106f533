// SPDX-License-Identifier: Apache-2.0
//
// Text from files of unknown encoding, safe to put into JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace esieve {

/// The text itself if it is UTF-8, else {"latin1": the text read as Latin-1}, from which the bytes can be had
/// back.
nlohmann::json text_json(const std::string& text);

bool is_utf8(const std::string& text);

/// Compact JSON in valid UTF-8.
std::string dump_json(const nlohmann::json& value);

}  // namespace esieve
