#!/bin/bash
# Fuzzes the readers of other people's bytes under the address sanitizer:  fuzz.sh SECONDS
# The corpus is made here: the samples of the tests, and what nvcc 13, ar and our compiler make of small programs.
# Ends with 'N passed, N failed'.
set -uo pipefail
seconds=${1:-600}
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root" || exit 1
folder=$root/.build/fuzz corpus=$root/.build/fuzz/corpus
nvcc=$root/.build/cuda-13/bin/nvcc
mkdir -p "$corpus"
if [ ! -e "$folder/.complete" ]; then
  cp Tests/PTXTests/Samples/*.ptx "$corpus/"
  for example in vector_add reduction symbols; do
    source=Examples/$example.cu
    "$nvcc" --ptx -gencode arch=compute_75,code=compute_75 -o "$corpus/$example.ptx" "$source"
    "$nvcc" --fatbin -gencode arch=compute_75,code=compute_75 -gencode arch=compute_90,code=compute_90 -o "$corpus/$example.fatbin" "$source"
    "$nvcc" --fatbin --no-compress -gencode arch=compute_75,code=[compute_75,sm_75] -o "$corpus/$example.plain.fatbin" "$source"
    "$nvcc" -c -gencode arch=compute_75,code=compute_75 -o "$corpus/$example.o" "$source"
    "$nvcc" -dc -gencode arch=compute_75,code=compute_75 -o "$corpus/$example.rdc.o" "$source"
    "$nvcc" -shared -Xcompiler -fPIC -cudart shared -gencode arch=compute_75,code=compute_75 -o "$corpus/$example.so" "$source"
    ar rc "$corpus/$example.a" "$corpus/$example.o" "$corpus/$example.rdc.o"
  done
  for name in image elf; do
    "$(swift build -c release --show-bin-path)/carmine" compile --emit "$name" --kernel "$(sed -n 's/^.*\.entry \([A-Za-z0-9_$]*\).*/\1/p' "$corpus/vector_add.ptx" | head -n 1)" \
      -o "$corpus/vector_add.$name" "$corpus/vector_add.ptx" || echo "no $name in the corpus"
  done
  touch "$folder/.complete"
fi
echo "== corpus of $(find "$corpus" -type f | wc -l) files"
swift build -c release --sanitize=address --scratch-path .build/sanitize-fuzz --product fuzz >"$folder/build.log" 2>&1 || {
  grep -E 'error:' "$folder/build.log" | head -20
  echo "0 passed, 1 failed"
  exit 1
}
# Freed memory is kept apart for a while, but not for long: memory is bounded here.
export ASAN_OPTIONS=halt_on_error=1:detect_leaks=0:quarantine_size_mb=32:allocator_may_return_null=0:max_allocation_size_mb=1024
if nice -n 10 "$(swift build -c release --sanitize=address --scratch-path .build/sanitize-fuzz --show-bin-path)/fuzz" "$corpus" --seconds "$seconds" --seed "${SEED:-1}"; then
  echo "1 passed, 0 failed"
else
  echo "0 passed, 1 failed"
  exit 1
fi
