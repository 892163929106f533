/* SPDX-License-Identifier: Apache-2.0
 *
 * A recording and its reading in C99, from the header alone. Usage: c99_program OUT.hdf5 */
#include "esieve/c/esieve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCAN_Y = 3, SCAN_X = 4, N_FRAMES = SCAN_Y * SCAN_X, DET_Y = 5, DET_X = 7, N_PIXELS = DET_Y * DET_X };

#define REQUIRE(condition)                                                               \
  do {                                                                                   \
    if (!(condition)) {                                                                  \
      fprintf(stderr, "line %d: %s: %s\n", __LINE__, #condition, esieve_last_message()); \
      exit(1);                                                                           \
    }                                                                                    \
  } while (0)

/* Frame i: count i + 1 at pixel i and 1000 at the last pixel. */
static void make_frame(uint16_t* frame, int i) {
  memset(frame, 0, N_PIXELS * sizeof *frame);
  frame[i] = (uint16_t)(i + 1);
  frame[N_PIXELS - 1] = 1000;
}

static void record(const char* path) {
  esieve_writer_options options = {0};
  esieve_stats stats = {0};
  esieve_writer* writer = NULL;
  uint16_t frame[N_PIXELS];
  int i;

  options.struct_bytes = sizeof options;
  REQUIRE(esieve_writer_open(path, &options, &writer) == ESIEVE_USAGE && writer == NULL);
  options.scan_y = SCAN_Y;
  options.scan_x = SCAN_X;
  options.det_y = DET_Y;
  options.det_x = DET_X;
  options.dtype = ESIEVE_UINT16;
  options.overwrite = 1;
  REQUIRE(esieve_writer_open(path, &options, &writer) == ESIEVE_OKAY);
  for (i = 0; i < N_FRAMES - 1; ++i) {
    make_frame(frame, i);
    REQUIRE(esieve_writer_push(writer, frame, sizeof frame, ESIEVE_NEXT, 0) == ESIEVE_OKAY);
  }
  REQUIRE(esieve_writer_drop(writer, 1, ESIEVE_NEXT) == ESIEVE_OKAY);
  REQUIRE(esieve_writer_push(writer, frame, 1, ESIEVE_NEXT, 0) == ESIEVE_USAGE);
  REQUIRE(strlen(esieve_writer_message(writer)) > 0);
  REQUIRE(esieve_writer_close(writer) == ESIEVE_OKAY);
  stats.struct_bytes = sizeof stats;
  REQUIRE(esieve_writer_stats(writer, &stats) == ESIEVE_OKAY);
  REQUIRE(stats.n_pushed == N_FRAMES - 1 && stats.n_dropped == 1);
  esieve_writer_free(writer);
}

static void read_back(const char* path) {
  esieve_file_info info = {0};
  esieve_reader* reader = NULL;
  uint16_t frame[N_PIXELS], expected[N_PIXELS];
  uint8_t status[N_FRAMES];
  int64_t offsets[N_FRAMES + 1];
  uint32_t pixels[2 * N_FRAMES], counts[2 * N_FRAMES];
  uint64_t n_events = 0;
  int i;

  REQUIRE(esieve_reader_open(path, &reader) == ESIEVE_OKAY);
  info.struct_bytes = sizeof info;
  REQUIRE(esieve_reader_info(reader, &info) == ESIEVE_OKAY);
  REQUIRE(info.scan_y == SCAN_Y && info.scan_x == SCAN_X && info.det_y == DET_Y && info.det_x == DET_X);
  REQUIRE(info.dtype == ESIEVE_UINT16 && info.frame_bytes == sizeof frame);
  REQUIRE(esieve_reader_frame_status(reader, 0, N_FRAMES, status) == ESIEVE_OKAY);
  REQUIRE(status[0] == ESIEVE_FRAME_OKAY && status[N_FRAMES - 1] == ESIEVE_FRAME_DROPPED);
  REQUIRE(esieve_reader_count_events(reader, 0, N_FRAMES, &n_events) == ESIEVE_OKAY);
  REQUIRE(n_events == 2 * (N_FRAMES - 1) && n_events == info.n_events);
  REQUIRE(esieve_reader_events(reader, 0, N_FRAMES, offsets, pixels, counts, ESIEVE_UINT32, n_events) == ESIEVE_OKAY);
  for (i = 0; i < N_FRAMES - 1; ++i) {
    make_frame(expected, i);
    REQUIRE(esieve_reader_frames(reader, (uint64_t)i, 1, frame, sizeof frame) == ESIEVE_OKAY);
    REQUIRE(memcmp(frame, expected, sizeof frame) == 0);
    REQUIRE(offsets[i] == 2 * i && pixels[2 * i] == (uint32_t)i && counts[2 * i] == (uint32_t)i + 1);
  }
  REQUIRE(offsets[N_FRAMES] == offsets[N_FRAMES - 1]);
  esieve_reader_close(reader);
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  record(argv[1]);
  read_back(argv[1]);
  return 0;
}
