#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fuzzes the chunk decoder: tests/fuzz/run.sh SECONDS [CORPUS]. Needs clang with libFuzzer (Debian: clang-14).
set -eu
seconds=${1:?usage: run.sh SECONDS [CORPUS]}
source=$(cd "$(dirname "$0")/../.." && pwd)
build=${ESIEVE_FUZZ_BUILD:-$source/build/fuzz}
corpus=${2:-$build/corpus}
mkdir -p "$build" "$corpus"
flags="-O1 -g -std=c++20 -fsanitize=address,undefined -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION -ffp-contract=off"
avx2="-mavx2 -mbmi -mbmi2 -mlzcnt -mpopcnt"
avx512="$avx2 -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512cd -mavx512vbmi -mavx512vbmi2"
objects=
for file in $(find "$source/src/base" "$source/src/codec" -name '*.cpp') "$source/tests/fuzz/fuzz_chunk_decode.cpp"; do
  case $file in
    *_avx512.cpp) extra=$avx512 ;;
    *_avx2.cpp) extra=$avx2 ;;
    *) extra= ;;
  esac
  object=$build/$(echo "${file#"$source"/}" | tr / _).o
  if [ ! -e "$object" ] || [ "$file" -nt "$object" ]; then
    "${CXX:-clang++-14}" $flags -fsanitize=fuzzer-no-link $extra -I"$source/include" -I"$source/src" -c "$file" -o "$object"
  fi
  objects="$objects $object"
done
"${CXX:-clang++-14}" $flags -fsanitize=fuzzer $objects -lzstd -lxxhash -o "$build/fuzz_chunk_decode"
exec "$build/fuzz_chunk_decode" -max_total_time="$seconds" -max_len=65536 -rss_limit_mb=2048 "$corpus"
