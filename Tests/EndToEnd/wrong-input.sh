# What goes wrong must be said: the right error, a sentence on standard error, and no crash.
# shellcheck shell=bash

simple=$work/cuda-13/launch_once

build_simple() { cuda_programs 13 "$work/cuda-13" "$programs/launch_once.cu" "$programs/out_of_memory.cu" "$programs/out_of_bounds.cu"; }

answers() { # STATUS BINARY ...: runs into answers.out and answers.err; fails when it ends in another way
  local expected=$1 status=0
  shift
  with_libraries "$@" >"$work/answers.out" 2>"$work/answers.err" || status=$?
  cat "$work/answers.out" "$work/answers.err"
  [ "$status" -eq "$expected" ] && return 0
  if [ "$status" -eq 0 ]; then fail "it succeeds"; fi
  ran "$(basename "$1")" "$status"
}

the_simple_program_works() { answers 0 "$simple"; }

machine_code_only() {
  local binary=$work/sass_only
  if [ ! -x "$binary" ] || [ "$programs/launch_once.cu" -nt "$binary" ]; then
    "$nvcc" -std=c++17 -cudart shared -gencode arch=compute_90,code=sm_90 -o "$binary" "$programs/launch_once.cu" || fail "nvcc"
  fi
  answers 1 "$binary"
  expect_line "$work/answers.out" '^launch: 209 cudaErrorNoKernelImageForDevice' "the launch does not answer cudaErrorNoKernelImageForDevice"
  expect_line "$work/answers.err" 'sm_90' "standard error does not name the architecture that is there"
}

# File offset and size of the container that holds the program's own kernel: nvcc links small ones of its own beside it.
container() { # BINARY
  python3 - "$1" <<'P'
import struct, sys
data = open(sys.argv[1], "rb").read()
at, found = 0, []
while (at := data.find(b"\x50\xed\x55\xba\x01\x00", at)) >= 0:
    header, size = struct.unpack_from("<HQ", data, at + 6)
    found.append((size + header, at))
    at += 16
print(max(found)[1], max(found)[0])
P
}

flip() { # FILE OFFSET COUNT: inverts bytes in place
  python3 - "$@" <<'P'
import sys
path, offset, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with open(path, "r+b") as file:
    file.seek(offset)
    bytes_ = bytes(b ^ 0xFF for b in file.read(count))
    file.seek(offset)
    file.write(bytes_)
P
}

# Where a fatbinary is hit: its magic and version, its sizes, an entry's header, its payload.
corrupt() { # OFFSET-IN-CONTAINER COUNT
  local copy=$work/corrupt offset size
  read -r offset size < <(container "$simple")
  [ -n "$size" ] || fail "no fatbinary in $simple"
  cp "$simple" "$copy"
  flip "$copy" $((offset + $1)) "$2"
  CARMINE_CACHE_DIR=$(fresh_cache corrupt) answers 1 "$copy"
}

# Any single damage: an error or, where it hits a byte that says nothing, the right answer.
corrupt_anywhere() {
  local copy=$work/corrupt offset size position status count=0
  read -r offset size < <(container "$simple")
  CARMINE_CACHE_DIR=$(fresh_cache corrupt)
  export CARMINE_CACHE_DIR
  for ((position = 1; position < size; position += size / 24 + 1)); do
    cp "$simple" "$copy"
    flip "$copy" $((offset + position)) 1
    status=0
    with_libraries "$copy" >"$work/answers.out" 2>"$work/answers.err" || status=$?
    echo "byte $position: status $status; $(tail -n 1 "$work/answers.err")"
    [ "$status" -le 3 ] || fail "with byte $position of the fatbinary flipped the program ends with status $status"
    count=$((count + 1))
  done
  [ "$count" -ge 20 ] || fail "only $count places were tried"
}

compiler_missing() {
  local cache
  cache=$(fresh_cache compiler-missing)
  CARMINE_CACHE_DIR=$cache CARMINE_COMPILER=/nonexistent/carmine answers 1 "$simple"
  expect_line "$work/answers.out" '^(launch|synchronize): [1-9]' "neither the launch nor the synchronisation fails"
  expect_line "$work/answers.err" '/nonexistent/carmine' "standard error does not say where the compiler was looked for"
  expect_line "$work/answers.err" 'make install' "standard error does not say how to install it"
}

# A compiler that writes down each time it is started.
counting_compiler() { # NAME: makes CARMINE_COMPILER and CARMINE_CACHE_DIR
  starts=$work/$1.starts
  : >"$starts"
  printf '#!/bin/bash\necho started >>%q\nexec %q "$@"\n' "$starts" "$carmine" >"$work/$1.compiler"
  chmod +x "$work/$1.compiler"
  CARMINE_CACHE_DIR=$(fresh_cache "$1")
  export CARMINE_CACHE_DIR CARMINE_COMPILER=$work/$1.compiler
}

started() { # COUNT
  [ "$(wc -l <"$starts")" -eq "$1" ] || fail "the compiler was started $(wc -l <"$starts") times, expected $1"
}

second_run_starts_no_compiler() {
  counting_compiler second-run
  answers 0 "$simple"
  started 1
  answers 0 "$simple"
  started 1
}

damaged_cache_entries_are_made_again() {
  local file
  counting_compiler damaged
  answers 0 "$simple"
  find "$CARMINE_CACHE_DIR" -type f ! -name '*.lock' >"$work/entries"
  [ -s "$work/entries" ] || fail "nothing was kept"
  while read -r file; do flip "$file" $(($(stat -c %s "$file") / 2)) 3; done <"$work/entries"
  answers 0 "$simple"
  started 2
  answers 0 "$simple"
  started 2
}

cache_cannot_be_written() {
  echo "a file" >"$work/not-a-folder"
  CARMINE_CACHE_DIR=$work/not-a-folder answers 0 "$simple"
  [ "$(grep -c '^carmine: ' "$work/answers.err")" -eq 1 ] || fail "not exactly one warning"
  expect_line "$work/answers.err" 'not-a-folder' "the warning does not name the place"
}

unknown_variables_warn_once() {
  CARMINE_DEVCIE=soft answers 0 "$simple"
  [ "$(grep -c CARMINE_DEVCIE "$work/answers.err")" -eq 1 ] || fail "not exactly one warning about CARMINE_DEVCIE"
  CARMINE_LOG=loud answers 0 "$simple"
  [ "$(grep -c 'CARMINE_LOG=loud' "$work/answers.err")" -eq 1 ] || fail "not exactly one warning about CARMINE_LOG=loud"
}

# While matrix instructions are absent; README.md says so.
refused_kernel() {
  cuda_programs 13 "$work/cuda-13" "$programs/refused_kernel.cu"
  answers 0 "$work/cuda-13/refused_kernel"
  expect_line "$work/answers.out" '^before: right$' "the kernel beside it does not work"
  refuse_line "$work/answers.out" '^refused: cudaSuccess$' "it succeeds"
  expect_line "$work/answers.out" '^after: right$' "the kernel beside it does not work afterwards"
  expect_line "$work/answers.err" 'prefetch_tile' "standard error does not name the kernel"
  expect_line "$work/answers.err" 'cp.async.bulk.prefetch.tensor' "standard error does not name the instruction"
  [ "$(grep -c cp.async.bulk.prefetch.tensor "$work/answers.err")" -eq 1 ] || fail "it is said $(grep -c cp.async.bulk.prefetch.tensor "$work/answers.err") times"
}

silent_by_default() {
  answers 0 "$simple"
  [ ! -s "$work/answers.err" ] || fail "something is on standard error though nothing is wrong"
}

out_of_memory() {
  CARMINE_SOFT_MEMORY=256M answers 0 "$work/cuda-13/out_of_memory"
}

out_of_bounds() {
  local address
  answers 0 "$work/cuda-13/out_of_bounds"
  expect_line "$work/answers.out" '^launch: cudaSuccess' "the launch itself fails"
  expect_line "$work/answers.out" '^synchronize: cudaErrorIllegalAddress' "the synchronisation does not answer cudaErrorIllegalAddress"
  expect_line "$work/answers.out" '^malloc after: cudaErrorIllegalAddress' "the error is not sticky"
  address=$(sed -n 's/^address: //p' "$work/answers.out")
  expect_line "$work/answers.err" "$address" "the diagnosis does not name the address $address"
  expect_line "$work/answers.err" 'store_outside' "the diagnosis does not name the kernel"
  expect_line "$work/answers.err" '(global|flat|buffer)_store_dword' "the diagnosis does not name the instruction"
  expect_line "$work/answers.err" 'workgroup: *\(3, 0, 0\)' "the diagnosis does not name the workgroup"
  expect_line "$work/answers.err" 'lane [0-9]+' "the diagnosis does not name the lane"
  expect_line "$work/answers.err" 'work-item \(37, 0, 0\)' "the diagnosis does not name the work-item"
  expect_line "$work/answers.err" 'nearest: *allocation 0x[0-9a-f]+' "the diagnosis does not name the nearest allocation"
}

check "programs for wrong input build" build_simple
check "the simple program works" the_simple_program_works
check "nothing is said when nothing is wrong" silent_by_default
check "machine code only: cudaErrorNoKernelImageForDevice and what is there" machine_code_only
check "corrupt fatbinary: container magic" corrupt 0 4
check "corrupt fatbinary: container version and header size" corrupt 4 4
check "corrupt fatbinary: container size" corrupt 8 8
check "corrupt fatbinary: kind of the entry" corrupt 16 4
check "corrupt fatbinary: sizes of the entry" corrupt 20 12
check "corrupt fatbinary: payload" corrupt 100 24
check "corrupt fatbinary: any one byte never crashes" corrupt_anywhere
check "compiler missing: an error that says how to install it" compiler_missing
check "a second run starts no compiler" second_run_starts_no_compiler
check "damaged cache entries are made again" damaged_cache_entries_are_made_again
check "cache cannot be written: works with one warning" cache_cannot_be_written
check "unknown variables and values warn once" unknown_variables_warn_once
check "a kernel with what is absent is refused by name, the one beside it works" refused_kernel
check "out of device memory: cudaErrorMemoryAllocation, and the program goes on" out_of_memory
check "out-of-bounds store: cudaErrorIllegalAddress and a diagnosis" out_of_bounds
