/* SPDX-License-Identifier: Apache-2.0
 *
 * The recording of acquire.cpp, which is to be read first, in C.
 *
 *   acquire_c OUT.hdf5 [FRAMES_PER_SECOND [LINES]]
 */
#define _POSIX_C_SOURCE 200809L /* clock_nanosleep */
#include <esieve/c/esieve.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SCAN_X = 32, DET_Y = 128, DET_X = 128, ELECTRONS_PER_FRAME = 200 };

/* Stands for a camera: frames come at a rate, and some are lost on the way. Put the camera's own interface here. */
typedef struct camera {
  double period_s;
  struct timespec start;
  uint64_t n_frames, next;
} camera;

typedef struct frame {
  uint64_t number; /* counted by the camera, lost frames included */
  uint16_t counts[DET_Y * DET_X];
} frame;

static camera camera_start(double frames_per_second, uint64_t n_frames) {
  camera result;
  result.period_s = 1 / frames_per_second;
  clock_gettime(CLOCK_MONOTONIC, &result.start);
  result.n_frames = n_frames;
  result.next = 0;
  return result;
}

static void sleep_until(struct timespec start, double seconds) {
  const double whole = (double)(int64_t)seconds;
  start.tv_sec += (time_t)whole;
  start.tv_nsec += (long)((seconds - whole) * 1e9);
  if (start.tv_nsec >= 1000000000) {
    start.tv_nsec -= 1000000000;
    ++start.tv_sec;
  }
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &start, NULL);
}

/* Electrons around the middle of the detector, different ones in each frame. */
static void expose(frame* out) {
  uint64_t random = out->number + 1, x, y;
  int i;
  memset(out->counts, 0, sizeof out->counts);
  for (i = 0; i < ELECTRONS_PER_FRAME; ++i) {
    random = random * 6364136223846793005U + 1442695040888963407U;
    y = 33 + (random >> 20) % 32 + (random >> 30) % 32;
    x = 33 + (random >> 40) % 32 + (random >> 50) % 32;
    ++out->counts[y * DET_X + x];
  }
}

/* Waits for the next frame that arrives; 0 when there are no more. */
static int camera_next(camera* from, frame* out) {
  while (from->next % 50 == 37) ++from->next; /* lost */
  if (from->next >= from->n_frames) return 0;
  sleep_until(from->start, from->period_s * (double)from->next);
  out->number = from->next++;
  expose(out);
  return 1;
}

static esieve_status open_writer(const char* path, int64_t lines, esieve_writer** writer) {
  esieve_writer_options options = {0};
  options.struct_bytes = sizeof options;
  options.scan_y = lines;
  options.scan_x = SCAN_X;
  options.flyback_lines = 1; /* after each line the beam returns as slowly as it came: frames of no position */
  options.det_y = DET_Y;
  options.det_x = DET_X;
  options.dtype = ESIEVE_UINT16;
  options.axes[0].scale = options.axes[1].scale = 0.05;
  options.axes[0].units = options.axes[1].units = "nm";
  options.when_full = ESIEVE_SPILL; /* the camera never waits, and nothing is lost */
  return esieve_writer_open(path, &options, writer);
}

static esieve_status record(camera* from, esieve_writer* writer) {
  static frame next; /* too large for some stacks */
  uint64_t expected = 0;
  esieve_status status = ESIEVE_OKAY;
  while (status == ESIEVE_OKAY && camera_next(from, &next)) {
    if (next.number > expected) /* so that all others keep their places */
      status = esieve_writer_drop(writer, next.number - expected, ESIEVE_NEXT);
    if (status == ESIEVE_OKAY) status = esieve_writer_push(writer, next.counts, sizeof next.counts, ESIEVE_NEXT, 0);
    expected = next.number + 1;
  }
  if (status == ESIEVE_OKAY && expected < from->n_frames)
    status = esieve_writer_drop(writer, from->n_frames - expected, ESIEVE_NEXT);
  return status;
}

static void print_stats(esieve_writer* writer) {
  esieve_stats stats = {0};
  stats.struct_bytes = sizeof stats;
  esieve_writer_stats(writer, &stats);
  printf("%" PRIu64 " frames pushed (%" PRIu64 " flyback), %" PRIu64 " dropped, %" PRIu64 " stored with %" PRIu64
         " events in %.2f s\n",
         stats.n_pushed, stats.n_flyback, stats.n_dropped, stats.n_stored, stats.n_events, stats.elapsed_s);
  printf("%.1f MB of frames became %.3f MB\n", (double)stats.dense_bytes * 1e-6, (double)stats.stored_bytes * 1e-6);
}

int main(int argc, char** argv) {
  const double rate = argc > 2 ? atof(argv[2]) : 1000;
  const long lines = argc > 3 ? atol(argv[3]) : 16;
  esieve_writer* writer;
  esieve_status recorded, closed;
  camera from;

  if (argc < 2 || argc > 4 || !(rate > 0) || lines < 1) {
    fprintf(stderr, "usage: acquire_c OUT.hdf5 [FRAMES_PER_SECOND [LINES]]\n");
    return 2;
  }
  if (open_writer(argv[1], lines, &writer) != ESIEVE_OKAY) {
    fprintf(stderr, "acquire_c: %s\n", esieve_last_message()); /* there is no writer that could say it */
    return 1;
  }
  from = camera_start(rate, (uint64_t)lines * 2 * SCAN_X); /* as many frames fly back as are of positions */
  recorded = record(&from, writer);
  if (recorded != ESIEVE_OKAY) fprintf(stderr, "acquire_c: %s\n", esieve_writer_message(writer));
  closed = esieve_writer_close(writer); /* whatever happened: what was pushed is kept */
  if (closed != ESIEVE_OKAY) fprintf(stderr, "acquire_c: %s\n", esieve_writer_message(writer));
  print_stats(writer);
  esieve_writer_free(writer);
  return recorded == ESIEVE_OKAY && closed == ESIEVE_OKAY ? 0 : 1;
}
