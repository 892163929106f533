#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fuzzes what reads hostile bytes: tests/fuzz/run.sh TARGET SECONDS [CORPUS], TARGET being chunk_decode or recording. Needs clang
# with libFuzzer (Debian: clang-14).
set -eu
usage="usage: run.sh chunk_decode|recording SECONDS [CORPUS]"
target=${1:?$usage}
seconds=${2:?$usage}
source=$(cd "$(dirname "$0")/../.." && pwd)
build=${ESIEVE_FUZZ_BUILD:-$source/build/fuzz}
corpus=${3:-$build/corpus_$target}
mkdir -p "$build" "$corpus"
case $target in
  chunk_decode) own= ;;
  recording) own="$source/src/container/read_journal.cpp $source/src/container/fragments.cpp $source/src/recover/object_header.cpp" ;;
  *) echo "$usage" >&2; exit 2 ;;
esac
flags="-O1 -g -std=c++20 -fsanitize=address,undefined -fno-sanitize-recover=undefined -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION"
flags="$flags -ffp-contract=off"
avx2="-mavx2 -mbmi -mbmi2 -mlzcnt -mpopcnt"
avx512="$avx2 -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512cd -mavx512vbmi -mavx512vbmi2 -mavx512vnni"
objects=
for file in $(find "$source/src/base" "$source/src/codec" -name '*.cpp') $own "$source/tests/fuzz/fuzz_$target.cpp"; do
  case $file in
    *_avx512.cpp) extra=$avx512 ;;
    *_avx2.cpp) extra=$avx2 ;;
    *) extra= ;;
  esac
  object=$build/$(echo "${file#"$source"/}" | tr / _).o
  if [ ! -e "$object" ] || [ "$file" -nt "$object" ] ||
     [ -n "$(find "$source/include" "$source/src" \( -name '*.hpp' -o -name '*.inc' \) -newer "$object")" ]; then
    "${CXX:-clang++-14}" $flags -fsanitize=fuzzer-no-link $extra -I"$source/include" -I"$source/src" -c "$file" -o "$object"
  fi
  objects="$objects $object"
done
"${CXX:-clang++-14}" $flags -fsanitize=fuzzer $objects -lzstd -lxxhash -o "$build/fuzz_$target"
exec "$build/fuzz_$target" -max_total_time="$seconds" -max_len=65536 -rss_limit_mb=2048 -timeout=60 -artifact_prefix="$build/" "$corpus"
