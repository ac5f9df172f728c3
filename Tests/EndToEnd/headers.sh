# The public headers: the same facts as in NVIDIA's, and programs that need nothing of NVIDIA's to be built.
# shellcheck shell=bash

headers_compared() {
  local name="headers against NVIDIA's" out=$work/headers.out
  wanted "$name" || return 0
  "$root/Tests/Headers/run.sh" "$prefix/include" "$work/headers" "$root/.build/cuda-12" "$root/.build/cuda-13" >"$out" 2>"$out.err"
  grep '^  |' "$out" | head -n 40
  count_lines "$name" "$out"
  if [[ $(tail -n 1 "$out") =~ ^[0-9]+\ passed ]]; then pass_one "$name ends by itself"; else fail_one "$name ends by itself" "it did not" "$out.err"; fi
}

both_apis_from_c() { # MAJOR COMPILER
  local binary=$work/headers-c-$1
  # shellcheck disable=SC2086
  $2 -Wall -Wextra -Werror -DCARMINE_CUDA="$1" -I"$prefix/include" -o "$binary" "$programs/headers.c" \
    -L"$prefix/lib" "-l:libcudart.so.$1" -l:libcuda.so.1 || fail "it does not build"
  with_libraries "$binary" >"$binary.out" || { cat "$binary.out"; fail "$(grep -m 1 '^FAIL' "$binary.out" || echo "it ended early")"; }
  refuse_line "$binary.out" '^FAIL' "something is wrong"
}

# Clang, our headers and nothing else; the fatbinary that clang embeds is a PTX file with two headers before it.
example_without_a_toolkit() { # MAJOR EXAMPLE
  local base=$work/headers-$2-$1 compile
  compile=(clang++-22 -x cuda -std=c++17 -O2 -nocudainc -nocudalib --cuda-path=/nowhere -Xclang -target-sdk-version=12.8 --cuda-gpu-arch=sm_75
    -DCARMINE_CUDA="$1" -I"$prefix/include" -include cuda_runtime.h)
  "${compile[@]}" --cuda-device-only -Xclang -target-feature -Xclang +ptx75 -S -o "$base.ptx" "$root/Examples/$2.cu" || fail "the device's side does not compile"
  "$root/Tests/Headers/fatbinary.py" 75 "$base.ptx" "$base.fatbin"
  "${compile[@]}" --cuda-host-only -Xclang -fcuda-include-gpubinary -Xclang "$base.fatbin" -c -o "$base.o" "$root/Examples/$2.cu" || fail "the host's side does not compile"
  g++ -o "$base" "$base.o" -L"$prefix/lib" "-l:libcudart.so.$1"
  with_libraries "$base" >"$base.out" || fail "it ended with $?"
  expect_line "$base.out" '^answer checked: right' "the answer is not right"
}

headers_compared
for major in 13 12; do
  check "a C program of both APIs, CUDA $major, from our headers by gcc" both_apis_from_c $major "gcc -std=c99"
  check "a C program of both APIs, CUDA $major, from our headers by clang" both_apis_from_c $major "clang-22 -std=c17"
  for example in vector_add matrix_multiply; do
    check "$example, CUDA $major, without anything of NVIDIA's" example_without_a_toolkit $major $example
  done
done
