# The ten examples, built by nvcc 13 and by clang for CUDA 12, as users start them.
# shellcheck shell=bash

examples=(vector_add matrix_multiply reduction histogram mandelbrot nbody streams device_printf symbols thrust_sort_scan)

build_examples() {
  cuda_programs 13 "$root/.build/examples-13"
  cuda_programs 12 "$root/.build/examples-12"
}

right() { # STARTER BINARY: it ends with 0 and says itself that the CPU agrees
  local out=$work/example.out status=0
  "$1" "$2" >"$out" || status=$?
  cat "$out"
  if [ "$status" -eq 1 ] && grep -q '^answer checked: WRONG' "$out"; then fail "wrong: $(sed -n 's/.*\(mismatches: .*\)/\1/p' "$out" | head -n 1)"; fi
  ran "$(basename "$2")" "$status"
  expect_line "$out" '^answer checked: right$' "no 'answer checked: right'"
  expect_line "$out" '^device: .' "no device was named"
}

right_on() { # KIND TARGET BINARY: the same on another kind of software GPU, which says its name
  export CARMINE_SOFT_GPU=$1
  right under_carmine "$3"
  expect_line "$work/example.out" "^device: .*\(Carmine $2\)$" "the device is no $2"
}

all_examples_are_tested() {
  local file name
  for file in "$root"/Examples/*.cu; do
    name=$(basename "$file" .cu)
    [[ " ${examples[*]} " == *" $name "* ]] || fail "Examples/$name.cu is not in examples.sh"
  done
}

# An nvcc binary must not show that anything but a libcudart is there.
ldd_shows_only_the_path() {
  local ours=$work/ldd.ours theirs=$work/ldd.theirs binary=$root/.build/examples-13/vector_add
  LD_PRELOAD='' LD_LIBRARY_PATH=$prefix/lib ldd "$binary" >"$ours"
  LD_PRELOAD='' LD_LIBRARY_PATH=$root/.build/cuda-13/lib ldd "$binary" >"$theirs"
  cat "$ours" "$theirs"
  refuse_line "$ours" 'not found' "the loader does not find a library"
  expect_line "$ours" "^[[:space:]]*libcudart\.so\.13 => $prefix/lib/libcudart\.so\.13 " "libcudart.so.13 is not ours"
  local extra
  extra=$(comm -23 <(awk '{print $1}' "$ours" | xargs -n 1 basename | sort -u) <(awk '{print $1}' "$theirs" | xargs -n 1 basename | sort -u))
  [ -z "$extra" ] || fail "libraries that NVIDIA's runtime does not bring: $extra"
  [ "$(grep -cF "$prefix" "$ours")" -eq 1 ] || fail "more than one library comes from $prefix"
}

# The core is private: fronts show the API and nothing else.
fronts_export_only_the_api() {
  local library
  for library in libcudart.so.13 libcudart.so.12 libcuda.so.1; do
    nm -D --defined-only "$prefix/lib/$library" | awk '$2 != "A" {sub(/@.*/, "", $3); print $3}' | grep -vE '^(cuda[A-Z]|__cuda|cu[A-Z])' >"$work/extra" || true
    [ ! -s "$work/extra" ] || fail "$library exports $(tr '\n' ' ' <"$work/extra")"
    readelf -d "$prefix/lib/$library" | grep -qF "Library soname: [$library]" || fail "$library has another SONAME"
    readelf -d "$prefix/lib/$library" | sed -n 's/.*Shared library: \[\(.*\)\].*/\1/p' | grep -vE '^(libc\.so\.6|ld-linux-x86-64\.so\.2)$' >"$work/extra" || true
    [ ! -s "$work/extra" ] || fail "$library needs $(tr '\n' ' ' <"$work/extra")"
  done
}

# No program may fail to start because a name is missing: NVIDIA's own library is the list, versions of symbols included.
same_names_as_nvidia() { # 13|12
  local library=libcudart.so.$1
  nm -D --defined-only "$root/.build/cuda-$1/lib/$library" | awk '$2 != "A" {print $3}' | sort -u >"$work/theirs"
  nm -D --defined-only "$prefix/lib/$library" | awk '$2 != "A" {print $3}' | sort -u >"$work/ours"
  [ "$(wc -l <"$work/theirs")" -gt 300 ] || fail "NVIDIA's $library shows only $(wc -l <"$work/theirs") names"
  comm -23 "$work/theirs" "$work/ours" >"$work/lacking"
  [ ! -s "$work/lacking" ] || fail "not exported: $(tr '\n' ' ' <"$work/lacking" | cut -c 1-300)"
}

check "examples build with nvcc 13 and clang for CUDA 12" build_examples
check "every example is tested" all_examples_are_tested
for major in 13 12; do
  for example in "${examples[@]}"; do
    check "CUDA $major example $example under carmine run" right under_carmine "$root/.build/examples-$major/$example"
    [ "$device" = kfd ] || check "CUDA $major example $example through /dev/kfd" right through_kfd "$root/.build/examples-$major/$example"
  done
  check "CUDA $major example with LD_LIBRARY_PATH only" right with_libraries "$root/.build/examples-$major/reduction"
done
# The other kinds of device, each with code for its own instruction set.
for kind in rx7900xtx=gfx1100 mi210=gfx90a; do
  for example in "${examples[@]}"; do
    check "example $example on ${kind#*=}" right_on "${kind%=*}" "${kind#*=}" "$root/.build/examples-13/$example"
  done
done
check "ldd of an nvcc binary shows only the library path" ldd_shows_only_the_path
for major in 13 12; do check "libcudart.so.$major exports every name of NVIDIA's, with its version" same_names_as_nvidia $major; done
check "the fronts export only CUDA's names and need only libc" fronts_export_only_the_api
