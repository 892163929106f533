// SPDX-License-Identifier: Apache-2.0
//
// The worked example of docs/format/codec.md is what the code reads and writes.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "esieve/codec.hpp"

namespace esieve {
namespace {

// The content of the document's first code block of a kind.
std::istringstream code_block(const std::string& kind) {
  const char* source = std::getenv("ESIEVE_SOURCE_DIR");
  std::ifstream file(std::string(source != nullptr ? source : ".") + "/docs/format/codec.md");
  std::stringstream text;
  text << file.rdbuf();
  const std::string document = text.str(), fence = "```" + kind + "\n";
  const std::size_t start = document.find(fence);
  if (start == std::string::npos) return {};
  const std::size_t first = start + fence.size();
  return std::istringstream(document.substr(first, document.find("```", first) - first));
}

const ChunkParameters parameters{.n_frames = 4,
                                 .det_y = 2,
                                 .det_x = 4,
                                 .scan_row_frames = 4,
                                 .dtype = DType::i16,
                                 .level = Level::fast,
                                 .dataset_id = 0x0123456789abcdef};

class CodecDocument : public testing::Test {
 protected:
  void SetUp() override {
    auto hex = code_block("hex"), list = code_block("elements");
    for (unsigned byte; hex >> std::hex >> byte;) chunk_.push_back(static_cast<std::byte>(byte));
    for (int element; list >> element;) elements_.push_back(static_cast<std::int16_t>(element));
    ASSERT_EQ(elements_.size(), 16U) << "docs/format/codec.md was not found or has no example";
  }

  std::vector<std::byte> chunk_;
  std::vector<std::int16_t> elements_;
};

TEST_F(CodecDocument, example_is_decoded_as_it_says) {
  std::vector<std::int16_t> dense(32, 1);
  ASSERT_EQ(ChunkCodec().decode(chunk_, parameters, std::as_writable_bytes(std::span(dense))), ChunkStatus::okay);
  elements_.resize(32);
  EXPECT_EQ(dense, elements_);
}

TEST_F(CodecDocument, example_is_what_the_encoder_writes) {
  std::vector<std::byte> chunk;
  ChunkCodec().encode(std::as_bytes(std::span(elements_)), parameters, 12, chunk);
  EXPECT_TRUE(chunk == chunk_);
}

}  // namespace
}  // namespace esieve
