# Relocatable device code: objects whose device code nvlink has linked, which reach us as several PTX modules.
# shellcheck shell=bash

relocatable_sources=$programs/relocatable
relocatable_flags=(-rdc=true -std=c++17 -O2 -cudart shared)

relocatable() { # NAME GENCODE: both files in one call of nvcc
  local folder=$work/relocatable
  mkdir -p "$folder"
  "$nvcc" "${relocatable_flags[@]}" -gencode "$2" -o "$folder/$1" "$relocatable_sources"/{main,other}.cu || fail "it did not build"
  says_linked "$folder/$1"
}

says_linked() { # BINARY
  local kind
  for kind in mi300x rx7900xtx; do
    CARMINE_SOFT_GPU=$kind with_libraries "$1" >"$work/relocatable.out"
    expect_line "$work/relocatable.out" '^device code of two files is linked$' "wrong on $kind: $(head -n 1 "$work/relocatable.out")"
  done
}

# As build systems do it: objects, one of them in a static library, a device link of its own, and the host's linker.
relocatable_library() {
  local folder=$work/relocatable/library
  mkdir -p "$folder"
  cd "$folder"
  for name in main other; do
    "$nvcc" "${relocatable_flags[@]}" -gencode arch=compute_75,code='[compute_75,sm_75]' -dc -o $name.o "$relocatable_sources/$name.cu" || fail "$name did not compile"
  done
  rm -f libother.a
  ar rc libother.a other.o
  "$nvcc" "${relocatable_flags[@]}" -gencode arch=compute_75,code=sm_75 -dlink -o linked.o main.o libother.a || fail "nvlink failed"
  g++ -o program main.o linked.o libother.a -L"$root/.build/cuda-13/lib" -lcudart || fail "it did not link"
  says_linked "$folder/program"
}

# `carmine compile` finds the same in the file.
relocatable_compiles() {
  rm -rf "$work/relocatable/code"
  limited "$carmine" compile -o "$work/relocatable/code/" "$work/relocatable/machine-code"
  [ "$(find "$work/relocatable/code" -type f | wc -l)" -eq 3 ] || fail "$(find "$work/relocatable/code" -type f | wc -l) kernels instead of 3"
}

check "relocatable device code with machine code beside the PTX" relocatable machine-code arch=compute_75,code='[compute_75,sm_75]'
check "relocatable device code as PTX alone" relocatable ptx arch=compute_75,code=compute_75
check "relocatable device code in a static library" relocatable_library
check "carmine compile links relocatable device code" relocatable_compiles
