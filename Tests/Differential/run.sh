#!/bin/bash
# Random kernels that mean one thing only, on three ways to the same answer:  run.sh PREFIX SECONDS [FIRST-SEED]
#
#   gfx942 at -O3, gfx942 at -O0 (passes and code generation), gfx1100 at -O3; all on the software GPU
#
# In lots of 20 until the time is over.  Kernels that differ stay in .build/differential/found, with what each way said.  When there is a
# toolkit, ptxas must accept each kernel: what is not valid PTX proves nothing.  Ends with 'N passed, N failed'.
set -uo pipefail
prefix=$(realpath "$1") seconds=${2:-600} seed=${3:-1}
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$root/.build/differential
mkdir -p "$work/found"
ptxas=$root/.build/cuda-13/bin/ptxas
for name in $(compgen -e | grep -E '^CARMINE_' | grep -vE '^CARMINE_(COMPILER|DEVICE_LIBRARY)$'); do unset "$name"; done
compiler=${CARMINE_COMPILER:-$prefix/bin/carmine}
gcc -O1 -o "$work/run_kernels" "$here/run_kernels.c" -ldl || exit 1
printf '#!/bin/bash\nexec "%s" "$@" --optimise 0\n' "$compiler" >"$work/carmine-O0"
chmod +x "$work/carmine-O0"

way() { # NAME COMPILER GPU: the answers of this lot
  rm -rf "$work/cache"
  CARMINE_COMPILER=$2 CARMINE_SOFT_GPU=$3 CARMINE_DEVICE=soft CARMINE_CACHE_DIR=$work/cache CARMINE_SOFT_THREADS=1 CARMINE_LOG=error \
    LD_LIBRARY_PATH=$prefix/lib timeout 600 nice -n 10 "$work/run_kernels" "$prefix/lib/libcuda.so.1" "$work"/lot/*.ptx >"$work/$1.out" 2>"$work/$1.err"
}

passed=0 failed=0 started=$SECONDS
while [ $((SECONDS - started)) -lt "$seconds" ]; do
  rm -rf "$work/lot" && mkdir -p "$work/lot"
  python3 "$here/generate.py" "$work/lot" "$seed" 20
  if [ -x "$ptxas" ]; then
    for file in "$work"/lot/*.ptx; do
      "$ptxas" -arch sm_80 -O0 -o /dev/null "$file" >"$work/ptxas.out" 2>&1 || { echo "FAIL $(basename "$file"): ptxas refuses it: $(head -n 1 "$work/ptxas.out")"; failed=$((failed + 1)); rm "$file"; }
    done
  fi
  way gfx942 "$compiler" mi300x
  way gfx942-O0 "$work/carmine-O0" mi300x
  way gfx1100 "$compiler" rx7900xtx
  for file in "$work"/lot/*.ptx; do
    name=$(basename "$file" .ptx)
    answers=$(for way in gfx942 gfx942-O0 gfx1100; do grep -F "$file " "$work/$way.out" | cut -d ' ' -f 2- || echo none; done)
    if [ "$(sort -u <<<"$answers" | wc -l)" = 1 ] && [[ $answers =~ ^[0-9a-f]{100} ]]; then
      passed=$((passed + 1))
    else
      failed=$((failed + 1))
      cp "$file" "$work/found/$name.ptx"
      paste -d ' ' <(printf '%s\n' gfx942 gfx942-O0 gfx1100) <(echo "$answers") >"$work/found/$name.out"
      cat "$work"/*.err >"$work/found/$name.err"
      echo "FAIL seed $name: $(paste -d ' ' <(printf '%s\n' gfx942 gfx942-O0 gfx1100) <(cut -c 1-40 <<<"$answers") | tr '\n' ' ')"
    fi
  done
  seed=$((seed + 20))
done
echo "seeds up to $((seed - 1))"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
