/* SPDX-License-Identifier: Apache-2.0
 *
 * The C interface: record a scan while it runs, read event files, recover what a killed recording left.
 *
 * C99 or later, and C++. Axes are (scan_y, scan_x, det_y, det_x), slowest first; scan index = scan_y * n_scan_x + scan_x,
 * pixel = det_y * n_det_x + det_x. Strings and paths are UTF-8. How to link, and an example: docs/c_api.md.
 *
 * Rules of the ABI: functions, codes and flags are never renumbered or removed within a soname; structs only grow at their
 * end, which is why each begins with its size. Set everything to zero, then `struct_bytes`:
 *
 *     esieve_writer_options options = {0};
 *     options.struct_bytes = sizeof options;
 *
 * A smaller struct, of a program compiled against an older header, is accepted: what it lacks is as if it were 0. A larger
 * one is accepted if all that this library does not know is 0, and refused otherwise. Where a comment does not say what 0
 * means, it means zero, none or no.
 *
 * No exception leaves these functions. Any number of threads may call any of them with the same handle, except
 * esieve_writer_free and esieve_reader_close, which must be the last call with it.
 */
#ifndef ESIEVE_C_ESIEVE_H
#define ESIEVE_C_ESIEVE_H

#include <stddef.h> /* size_t */
#include <stdint.h>

#include "esieve/export.hpp" /* ESIEVE_API; a macro, C too */

#ifdef __cplusplus
extern "C" {
#endif

/* One of the codes below, most of them the exit codes of the program. Of fixed width, so that a new code does not change
 * the ABI: treat codes you do not know as errors. */
typedef int32_t esieve_status;
enum {
  ESIEVE_OKAY = 0,
  ESIEVE_DIFFERS = 1,     /* esieve_recover: there is a file, but something it once had is lost */
  ESIEVE_USAGE = 2,       /* the request makes no sense: an argument, a shape, an output that exists, NULL */
  ESIEVE_BAD_DATA = 3,    /* a file is damaged or not of the kind it should be */
  ESIEVE_IO = 4,          /* the system refused: missing file, no permission, disk full, queue full for too long */
  ESIEVE_UNSUPPORTED = 5, /* a sound file that needs a later version */
  ESIEVE_NO_MEMORY = 6,
  ESIEVE_INTERNAL = 70 /* a mistake in the library; please report it */
};

/* "0.1.0": of the library that is linked. */
ESIEVE_API const char* esieve_version(void);

/* What the last call that failed on this thread had to say: one line, what, where, what to do. "" if none failed. Stays
 * until the next failure on this thread. The only way to learn why a handle could not be made; otherwise see
 * esieve_writer_message and esieve_reader_message. */
ESIEVE_API const char* esieve_last_message(void);

/* Element types. Stored in files. An int32_t in structs. */
enum {
  ESIEVE_UINT8 = 1,
  ESIEVE_UINT16 = 2,
  ESIEVE_UINT32 = 3,
  ESIEVE_UINT64 = 4,
  ESIEVE_INT8 = 5,
  ESIEVE_INT16 = 6,
  ESIEVE_INT32 = 7,
  ESIEVE_INT64 = 8,
  ESIEVE_FLOAT32 = 9,
  ESIEVE_FLOAT64 = 10
};

/* What is known of the frame at a scan position. Stored in files. */
enum {
  ESIEVE_FRAME_MISSING = 0, /* never received; reads as zeros and is no data */
  ESIEVE_FRAME_OKAY = 1,
  ESIEVE_FRAME_DROPPED = 2, /* lost on the way; reads as zeros and is no data */
  ESIEVE_FRAME_PARTIAL = 3, /* the camera did not deliver all of it */
  ESIEVE_FRAME_SUMMED = 4   /* the sum of several frames */
};

/* ---- Recording ---- */

/* Level: how much work the encoder does. */
enum { ESIEVE_FAST = 1, ESIEVE_STANDARD = 2, ESIEVE_MAX = 3 };

/* What a push does while the queue is full. */
enum {
  ESIEVE_BLOCK = 0, /* waits, at most block_timeout_ms */
  ESIEVE_DROP = 1,  /* drops the frame, which is counted and marked */
  ESIEVE_SPILL = 2  /* puts frames raw into a file beside the output, from where they are encoded when there is time */
};

/* What happens to a second frame of a scan position. */
enum {
  ESIEVE_REPEATED_ERROR = 0,
  ESIEVE_REPEATED_SUM = 1, /* sums that the element type cannot hold are an error */
  ESIEVE_REPEATED_KEEP = 2 /* on an axis of their own, frames_per_position long */
};

#define ESIEVE_UNKNOWN (-1)       /* scan_y, scan_x: as many as come */
#define ESIEVE_NEVER (-1)         /* for intervals */
#define ESIEVE_NEXT UINT64_MAX    /* for scan_index: the next in the order of the scan */
#define ESIEVE_OUTSIDE UINT64_MAX /* in positions: a frame that belongs to none */

/* A uniform axis: value(i) = offset + i * scale. */
typedef struct esieve_axis {
  const char* units; /* "nm", "1/angstrom", "mrad"; NULL: "px" */
  double offset;
  double scale; /* 0: 1 */
} esieve_axis;

/* Everything is copied; nothing needs to live longer than the call. Required are struct_bytes, scan_y, scan_x, det_y,
 * det_x and dtype. */
typedef struct esieve_writer_options {
  size_t struct_bytes; /* sizeof(esieve_writer_options) */

  /* The scan, in frames of the camera. A line is scan_x positions of frames_per_position frames each, then flyback_frames
   * frames that belong to none; after every line come flyback_lines lines that belong to none. */
  int64_t scan_y; /* lines, or ESIEVE_UNKNOWN */
  int64_t scan_x; /* positions a line, or ESIEVE_UNKNOWN: one line as long as it gets */
  int64_t offset; /* frames before the first position; negative: positions before the first frame */
  uint64_t flyback_frames;
  uint64_t flyback_lines;
  uint64_t frames_per_position; /* 0: 1 */
  const uint64_t* positions;    /* n_positions: scan index of camera frame n, instead of all the above but the shape */
  uint64_t n_positions;
  int32_t serpentine;    /* not 0: every second line runs backwards */
  int32_t when_repeated; /* ESIEVE_REPEATED_... */

  /* Frames. The crop is the rectangle of the detector that is kept; all four 0: everything. */
  uint32_t det_y, det_x; /* as they are pushed */
  uint32_t crop_first_y, crop_n_y, crop_first_x, crop_n_x;
  int32_t dtype;             /* ESIEVE_UINT16, ... */
  int32_t level;             /* 0: ESIEVE_FAST */
  uint32_t frames_per_chunk; /* 0: chosen by level and frame size */

  /* Thresholding; without any of it the recording is lossless. Maps have a value for each pixel of the cropped frame, in C
   * order. A pixel is kept if it is not masked and (raw - dark) * gain >= threshold (without a threshold: > 0). */
  int32_t has_threshold; /* not 0: `threshold` counts */
  double threshold;
  const double* threshold_map;
  const double* dark;
  const double* gain;
  const uint8_t* mask; /* not 0: the pixel is dropped */

  /* What the file says of itself. */
  esieve_axis axes[4];       /* scan_y, scan_x, det_y, det_x */
  const char* title;         /* NULL: none */
  const char* units;         /* of the values; NULL: "counts" */
  const char* metadata_json; /* a JSON object, kept as it is; NULL: "{}" */

  /* Queue and disk. */
  uint64_t queue_bytes;         /* room for so much of dense frames; 0: 256 MiB */
  uint64_t spill_bytes;         /* most that waits in the spill file; 0: 8 GiB */
  uint64_t flush_bytes;         /* flush when so much was written; 0: 64 MiB */
  int64_t flush_interval_ms;    /* 0: 1000; or ESIEVE_NEVER: only esieve_writer_flush does */
  int64_t snapshot_interval_ms; /* of the snapshot file for other processes; 0: 1000; or ESIEVE_NEVER */
  int64_t block_timeout_ms;     /* 0: 10 000 */
  int32_t when_full;            /* ESIEVE_BLOCK, ... */
  int32_t threads;              /* that encode; 0: as many as the machine has */
  double dwell_us;              /* for esieve_writer_push_timed_hits: how long the beam stays at a position */
  int32_t overwrite;            /* not 0: replace an existing file when the recording is complete */
  int32_t reserved;             /* 0 */
} esieve_writer_options;

/* Account of a recording at one moment. Rates are means since the account before, at least 0.1 s earlier. */
typedef struct esieve_stats {
  size_t struct_bytes;   /* sizeof(esieve_stats), set by the caller */
  uint64_t n_pushed;     /* frames handed in, flyback included */
  uint64_t n_flyback;    /* of these, outside the scan by its geometry, and left out */
  uint64_t n_stored;     /* encoded and written */
  uint64_t n_durable;    /* safe even if power fails now */
  uint64_t n_dropped;    /* lost, by the camera or by a full queue */
  uint64_t n_spilled;    /* waiting in the spill file */
  uint64_t n_events;     /* in what is stored */
  uint64_t dense_bytes;  /* handed in */
  uint64_t stored_bytes; /* chunks written */
  uint64_t queue_bytes;  /* of the room for frames, what is in use */
  uint64_t queue_capacity_bytes;
  uint64_t n_frames_expected; /* 0 where the scan's length is not known */
  double frames_per_s, in_bytes_per_s, out_bytes_per_s, events_per_s;
  double lag_s; /* age of the oldest frame that is not yet stored */
  double elapsed_s;
} esieve_stats;

/* A look at a recording while it runs. The caller gives the buffers he wants filled, NULL for others, and their room in
 * elements; as many elements as fit are copied, in C order, and the shape says how many there are. */
typedef struct esieve_snapshot {
  size_t struct_bytes;     /* in: sizeof(esieve_snapshot) */
  uint64_t scan_capacity;  /* in: room in scan_image and frame_status */
  uint64_t det_capacity;   /* in: room in mean_pattern and last_frame */
  double* scan_image;      /* (scan_y, scan_x), sum of each frame that is stored */
  uint8_t* frame_status;   /* (scan_y, scan_x), ESIEVE_FRAME_... */
  double* mean_pattern;    /* (det_y, det_x), mean of the frames stored */
  double* last_frame;      /* (det_y, det_x), one of the last frames pushed, before any threshold */
  uint64_t scan_y, scan_x; /* out: grows where the length is unknown */
  uint32_t det_y, det_x;   /* out: after the crop */
} esieve_snapshot;

/* Records one event file, in the folder "PATH.recording" until esieve_writer_close makes the file of it. If the process
 * dies, esieve_recover makes a file of what was flushed. */
typedef struct esieve_writer esieve_writer;

/* Stores a writer, to be ended with esieve_writer_free; on failure NULL, and esieve_last_message says why. */
ESIEVE_API esieve_status esieve_writer_open(const char* path, const esieve_writer_options* options, esieve_writer** writer);

/* What the last call that failed with this writer, on any thread, had to say; "" if none failed. Valid until this thread
 * asks again. */
ESIEVE_API const char* esieve_writer_message(const esieve_writer* writer);

/* Flags of frames. */
enum { ESIEVE_PARTIAL = 1 }; /* the camera did not deliver all of the frame's pixels */

/* Below, `scan_index` is ESIEVE_NEXT or where the frame belongs, or the first of several that follow one another; `flags`
 * hold for all of them. A call that fails with ESIEVE_USAGE has left the frame it complains of out of the recording, which
 * goes on; of several frames those before it are in it. After ESIEVE_IO from the disk every call returns it again; what
 * was stored is kept, see esieve_writer_close. Nothing pushed needs to live longer than the call. */

/* One dense frame, or several: C order (frame, det_y, det_x), native byte order; `bytes` is the size of all. */
ESIEVE_API esieve_status esieve_writer_push(esieve_writer* writer, const void* frame, size_t bytes, uint64_t scan_index,
                                            uint32_t flags);
ESIEVE_API esieve_status esieve_writer_push_frames(esieve_writer* writer, const void* frames, size_t bytes, uint64_t scan_index,
                                                   uint32_t flags);

/* Events of one frame: pixels in any order, once each, and their counts, which the element type must hold. */
ESIEVE_API esieve_status esieve_writer_push_events(esieve_writer* writer, const uint32_t* pixels, const uint32_t* counts,
                                                   size_t n_events, uint64_t scan_index, uint32_t flags);

/* Events of n_frames frames: those of frame i are [offsets[i], offsets[i + 1]). offsets has n_frames + 1 entries; pixels and
 * counts have n_events. */
ESIEVE_API esieve_status esieve_writer_push_csr(esieve_writer* writer, const int64_t* offsets, size_t n_frames,
                                                const uint32_t* pixels, const uint32_t* counts, size_t n_events,
                                                uint64_t scan_index, uint32_t flags);

/* Single hits, each one count at a pixel, by the number of their camera frame from the start of the recording, or by time
 * since the start in microseconds. A frame is complete when a hit of a frame 2 later arrives, by esieve_writer_finish_hits,
 * or when the writer is closed; a hit of a frame that is complete is ESIEVE_USAGE. */
ESIEVE_API esieve_status esieve_writer_push_hits(esieve_writer* writer, const uint64_t* frames, const uint16_t* x,
                                                 const uint16_t* y, size_t n_hits);
ESIEVE_API esieve_status esieve_writer_push_timed_hits(esieve_writer* writer, const double* times_us, const uint16_t* x,
                                                       const uint16_t* y, size_t n_hits);
ESIEVE_API esieve_status esieve_writer_finish_hits(esieve_writer* writer);

/* The camera lost the next n_frames frames. */
ESIEVE_API esieve_status esieve_writer_drop(esieve_writer* writer, uint64_t n_frames, uint64_t scan_index);

/* Returns when everything pushed so far is stored and on the disk. */
ESIEVE_API esieve_status esieve_writer_flush(esieve_writer* writer);

ESIEVE_API esieve_status esieve_writer_stats(esieve_writer* writer, esieve_stats* stats);
ESIEVE_API esieve_status esieve_writer_snapshot(esieve_writer* writer, esieve_snapshot* snapshot);

/* Stores what was pushed and completes the file. A scan that ended early keeps its shape; frames never received are marked.
 * Afterwards nothing can be pushed; stats and messages can still be asked for. On ESIEVE_IO "PATH.recording" may be left for
 * esieve_recover. */
ESIEVE_API esieve_status esieve_writer_close(esieve_writer* writer);

/* Ends the handle; closes first, if that was not done, and errors are lost then. NULL is allowed. */
ESIEVE_API void esieve_writer_free(esieve_writer* writer);

/* Makes a sound event file `output`, which must not exist, of what is left in `damaged`: a folder "PATH.recording" whose
 * process died, or a damaged event file. `damaged` stays as it is. ESIEVE_DIFFERS: done, but some of what it had is lost. */
ESIEVE_API esieve_status esieve_recover(const char* damaged, const char* output);

/* ---- Reading ---- */

/* An event file, open for reading. */
typedef struct esieve_reader esieve_reader;

typedef struct esieve_file_info {
  size_t struct_bytes;          /* sizeof(esieve_file_info), set by the caller */
  uint64_t scan_y, scan_x;      /* scan_x includes the frames kept at a position */
  uint64_t frames_per_position; /* 1 unless several were kept */
  uint32_t det_y, det_x;
  int32_t dtype;        /* ESIEVE_UINT16, ... */
  int32_t is_lossless;  /* 0: thresholded; the file says how and what was dropped */
  uint64_t frame_bytes; /* of a dense frame */
  uint64_t n_events;
  double n_electrons;    /* sum of all values */
  uint64_t stored_bytes; /* size of the whole file */
} esieve_file_info;

/* Stores a reader, to be ended with esieve_reader_close; on failure NULL, and esieve_last_message says why. */
ESIEVE_API esieve_status esieve_reader_open(const char* path, esieve_reader** reader);
ESIEVE_API const char* esieve_reader_message(const esieve_reader* reader); /* as esieve_writer_message */
ESIEVE_API esieve_status esieve_reader_info(esieve_reader* reader, esieve_file_info* info);

/* Below, frames are [first, first + n_frames) by scan index. After an error outputs are unspecified. */

/* Dense frames, C order (frame, det_y, det_x), native byte order. `bytes` is the room there, n_frames * frame_bytes. */
ESIEVE_API esieve_status esieve_reader_frames(esieve_reader* reader, uint64_t first, uint64_t n_frames, void* frames,
                                              size_t bytes);

/* What is known of each frame, ESIEVE_FRAME_...; n_frames entries. */
ESIEVE_API esieve_status esieve_reader_frame_status(esieve_reader* reader, uint64_t first, uint64_t n_frames, uint8_t* status);

/* Number of events: room that esieve_reader_events needs. */
ESIEVE_API esieve_status esieve_reader_count_events(esieve_reader* reader, uint64_t first, uint64_t n_frames, uint64_t* n_events);

/* Events in compressed sparse rows: those of frame i are [offsets[i], offsets[i + 1]), pixels ascend within a frame. offsets
 * has n_frames + 1 entries; pixels and counts have room for `capacity`, which must do. `count_dtype` is the type of counts:
 * ESIEVE_UINT32, ESIEVE_UINT64, ESIEVE_INT64, ESIEVE_FLOAT32 or ESIEVE_FLOAT64; values it cannot hold exactly are
 * ESIEVE_USAGE. The integer types get floats that are averaged counts (multiples of 0.25, say) as whole multiples. */
ESIEVE_API esieve_status esieve_reader_events(esieve_reader* reader, uint64_t first, uint64_t n_frames, int64_t* offsets,
                                              uint32_t* pixels, void* counts, int32_t count_dtype, uint64_t capacity);

/* Ends the handle. NULL is allowed. */
ESIEVE_API void esieve_reader_close(esieve_reader* reader);

#ifdef __cplusplus
}
#endif

#endif
