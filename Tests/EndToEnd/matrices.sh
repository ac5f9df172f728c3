# Matrix instructions: NVIDIA's recorded answers and the manual's layouts, on each kind of GPU and each mapping of warps; a program
# with CUDA's wmma and inline mma; every variant compiled for every kind of processor.
# shellcheck shell=bash

matrix_program() {
  ( c_program "$root/Tests/PTXReference/matrix_reference.c" "$work/matrix_reference" -ldl -lm ) >"$logs/matrix-reference-build.log" 2>&1
}

matrix_reference() { # NAME KIND MAPPING TEXT: the rows whose names hold TEXT
  local name="matrix reference on $1" folder=$root/Tests/PTXReference out=$work/matrix-$2-$3.out status=0
  wanted "$name" || return 0
  matrix_program || { fail_one "$name" "it does not build" "$logs/matrix-reference-build.log"; return; }
  CARMINE_SOFT_GPU=$2 CARMINE_WARP_MAPPING=$3 CARMINE_CACHE_DIR=$work/caches/shared LD_LIBRARY_PATH=$prefix/lib timeout --kill-after=5 900 \
    "$work/matrix_reference" libcuda.so.1 "$folder/matrix.tsv" --check "$folder/matrix-nvidia.tsv" --only "$4" >"$out" 2>"$out.err" || status=$?
  if [[ $(tail -n 1 "$out") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed ]]; then
    passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2]))
    grep '^FAIL' "$out" | cut -c 1-300
    echo "$name: ${BASH_REMATCH[1]} agree, ${BASH_REMATCH[2]} differ"
  else
    cat "$out.err" >>"$out"
    fail_one "$name" "it did not come to its end (status $status)" "$out"
  fi
}

matrix_products() { # TOOLKIT KIND
  export CARMINE_SOFT_GPU=$2
  cuda_programs "$1" "$work/cuda-$1" "$programs/matrix_products.cu"
  local out=$work/matrix-products.out status=0
  with_libraries "$work/cuda-$1/matrix_products" >"$out" || status=$?
  cat "$out"
  ran matrix_products "$status"
  expect_line "$out" '^all matrix products agree$' "products that differ"
}

matrices_compile() { # PROCESSOR
  local folder=$work/matrices-$1
  matrix_program || fail "matrix_reference does not build"
  rm -rf "$folder"
  mkdir -p "$folder"
  "$work/matrix_reference" - "$root/Tests/PTXReference/matrix.tsv" --print "$work/matrices-$1.ptx" || fail "no PTX"
  timeout --kill-after=5 900 "$carmine" compile --target "$1" -o "$folder" "$work/matrices-$1.ptx" || fail "not every matrix instruction compiles for $1"
  [ "$(find "$folder" -type f | wc -l)" -eq "$(grep -c '\.entry' "$work/matrices-$1.ptx")" ] || fail "kernels are missing"
}

matrix_reference "CDNA 3" mi300x auto .
matrix_reference "CDNA 3, one warp to a wave" mi300x one mma.sync.aligned.m16
matrix_reference "CDNA 2" mi210 auto mma.sync.aligned.m16
matrix_reference "RDNA 3" rx7900xtx auto .
for kind in mi300x mi210 rx7900xtx; do check "wmma and mma in a program of CUDA 13 on $kind" matrix_products 13 $kind; done
check "wmma and mma in a program of CUDA 12" matrix_products 12 mi300x
for processor in gfx950 gfx1030 gfx1201; do check "every matrix instruction compiles for $processor" matrices_compile $processor; done
