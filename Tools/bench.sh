#!/bin/bash
# Measures an installed Carmine against the limits it set itself, and against rivals where there are any:  bench.sh PREFIX
#
#   interpreter    wave-instructions a second on one core                      at least 40 million
#   strict mode    the same kernels with caches and fences modelled, slower    at most 1.5 times
#   both cores     a kernel of many workgroups, one worker thread against all  at least 0.8 times the host's cores
#   null kernel    doorbell to seen completion, client spinning, median        at most 5 µs; rival: a cache line to another thread
#   first doorbell the same after 30 ms of nothing                             at most 300 µs
#   runtime        null kernel and a wait through our runtime                  rival: AMD's HIP 5.2.3 on the shim (mi210)
#   idle           processor time of an idle program with a queue open         at most 1 % of a core
#   host cost      calls of the runtime in bursts, median a call: launch 300 ns (and a tenth of HIP's), event record, stream wait, pool
#                  allocation and free 150 ns, idle stream's synchronise 100 ns, asynchronous copy 500 ns, copies from 1 MiB up at 90 %
#                  of memcpy's rate, replay of a graph of 1,000 kernels 100 ns a kernel           rival: AMD's HIP 5.2.3 (mi210)
#   code quality   wave-instructions that kernels execute, against clang -x hip      mean at most 1.05 times, none above 1.3
#   preload        what the libraries add to a program that does nothing       at most 4 ms; rival: NVIDIA's libcudart.so.13
#
#   compile time   PTX to code, over modules of other people's packages           at most 1.2 times LLVM's passes on the same IR;
#                  at most 2 times ptxas -O3 on small kernels, 4 in total; the parser alone at least 30 MB/s
#
# Prints each benchmark's own lines, then one line a limit with the ratio; ends with status 1 when a limit is missed or
# could not be measured.  Numbers mean something on an idle machine only.
set -uo pipefail
if [ $# -ne 1 ]; then echo "usage: bench.sh PREFIX" >&2; exit 2; fi
prefix=$(realpath "$1")
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root" || exit 2
work=$root/.build/bench
mkdir -p "$work"
export CARMINE_DEVICE=soft CARMINE_SOFTGPU_LIBRARY=$prefix/lib/libcarmine-softgpu.so CARMINE_CACHE_DIR=$work/cache
missed=0
summary=()

limit() { # NAME VALUE LIMIT UNIT more|less: a line for the end
  local name=$1 value=$2 bound=$3 unit=$4 direction=$5 ratio verdict
  if [ -z "$value" ]; then
    summary+=("$(printf '%-24s %14s    limit %6s %-24s not measured' "$name" - "$bound" "$unit")")
    missed=$((missed + 1))
    return
  fi
  # Ratio of value to limit: above 1 is better for `more`, below 1 for `less`.
  ratio=$(awk -v a="$value" -v b="$bound" 'BEGIN {printf "%.2f", a / b}')
  verdict=$(awk -v r="$ratio" -v d="$direction" 'BEGIN {print (d == "more" ? r >= 1 : r <= 1) ? "kept" : "MISSED"}')
  [ "$verdict" = kept ] || missed=$((missed + 1))
  summary+=("$(printf '%-24s %14s    limit %6s %-24s ratio %-7s %s' "$name" "$value" "$bound" "$unit" "$ratio" "$verdict")")
}

rival() { # NAME VALUE RIVAL-NAME RIVAL-VALUE: how many times the rival's figure ours is
  [ -n "$2" ] && [ -n "$4" ] || return 0
  summary+=("$(printf '%-24s %14s    %s takes %s: ratio %s' "$1" "$2" "$3" "$4" "$(awk -v a="$2" -v b="$4" 'BEGIN {printf "%.2f", (b > 0) ? a / b : 0}')")")
}

benchmark() { # PRODUCT: builds and runs it into PRODUCT.out
  : >"$work/$1.out"
  if ! grep -q "name: \"$1\"" Package.swift; then echo "$1: not in this tree"; return 1; fi
  swift build -c release --product "$1" >"$work/$1.build" 2>&1 || { tail -n 5 "$work/$1.build"; return 1; }
  echo "== $1"
  timeout 300 "$(swift build -c release --show-bin-path)/$1" 2>&1 | tee "$work/$1.out"
}

number() { sed -nE "s/$2/\\1/p" "$work/$1.out" | head -n 1; } # PRODUCT PATTERN: the first match

benchmark interpreter-bench
limit "interpreter" "$(number interpreter-bench '^fma_f32: ([0-9.]+) million wave-instructions\/s.*')" 40 'M wave-instructions/s' more
limit "strict mode" "$(number interpreter-bench '^strict: at most ([0-9.]+) times slower on arithmetic.*')" 1.5 'times slower' less

benchmark queue-bench
limit "null kernel round trip" "$(number queue-bench '^null kernel, spinning client: median ([0-9.]+) .*')" 5 'µs' less
rival "null kernel round trip" "$(number queue-bench '^null kernel, spinning client: median ([0-9.]+) .*')" \
  "a cache line to another thread and back" "$(number queue-bench '^baseline, a cache line .*: median ([0-9.]+) .*')"
limit "first doorbell after idle" "$(number queue-bench '^barrier packet after 30 ms of nothing: median ([0-9.]+) .*')" 300 'µs' less
limit "idle with a queue open" "$(number queue-bench '^idle with a queue open: ([0-9.]+) % of a core.*')" 1 '% of a core' less

echo "== both cores"
Tools/build-examples.sh 13 "$work/examples" Examples/mandelbrot.cu Benchmarks/RoundTrip/round_trip.cu >"$work/examples.log" 2>&1 || tail -n 5 "$work/examples.log"
elapsed() { # COMMAND ...: seconds, the best of three after one that fills caches
  local try best= TIMEFORMAT=%R seconds
  for try in 0 1 2 3; do
    seconds=$( { time "$@" >/dev/null 2>&1; } 2>&1 )
    if [ "$try" -gt 0 ]; then best=$(printf '%s\n' $best "$seconds" | sort -g | head -n 1); fi
  done
  echo "$best"
}
( cd "$work" && one=$(CARMINE_SOFT_THREADS=1 elapsed "$prefix/bin/carmine" run -- "$work/examples/mandelbrot") &&
  all=$(elapsed "$prefix/bin/carmine" run -- "$work/examples/mandelbrot") &&
  echo "mandelbrot: one worker thread $one s, $(nproc) $all s: $(awk -v a="$one" -v b="$all" 'BEGIN {printf "%.2f", a / b}') times faster" ) | tee "$work/cores.out"
limit "all host cores" "$(number cores '^mandelbrot: .*: ([0-9.]+) times faster$')" "$(awk -v n="$(nproc)" 'BEGIN {printf "%.1f", n * 0.8}')" 'times one core' more

echo "== runtime round trip"
timeout 120 "$prefix/bin/carmine" run -- "$work/examples/round_trip" | tee "$work/runtime.out"
if command -v hipcc >/dev/null && hipcc -x hip -O2 --offload-arch=gfx90a Benchmarks/RoundTrip/round_trip.cu -o "$work/round_trip_hip" >"$work/hip.log" 2>&1; then
  CARMINE_SOFT_GPU=mi210 timeout 120 "$prefix/bin/carmine" kfd -- "$work/round_trip_hip" | tee -a "$work/runtime.out"
else
  echo "no hipcc: 'make test' installs AMD's HIP"
fi
rival "runtime: kernel and wait" "$(number runtime '^cuda: null kernel and wait, median ([0-9.]+) us.*')" "AMD's HIP 5.2.3" "$(number runtime '^hip: null kernel and wait, median ([0-9.]+) us.*')"
rival "runtime: idle, % of a core" "$(number runtime '^cuda: .*; idle ([0-9.]+) % .*')" "AMD's HIP 5.2.3" "$(number runtime '^hip: .*; idle ([0-9.]+) % .*')"

echo "== host cost"
: >"$work/host-cost.out"
if Tools/build-examples.sh 13 "$work/examples" Benchmarks/HostCost/host_cost.cu >"$work/host-cost.log" 2>&1; then
  timeout 300 "$prefix/bin/carmine" run -- "$work/examples/host_cost" | tee -a "$work/host-cost.out"
else
  tail -n 5 "$work/host-cost.log"
fi
if command -v hipcc >/dev/null && hipcc -x hip -O2 --offload-arch=gfx90a Benchmarks/HostCost/host_cost.cu -o "$work/host_cost_hip" >"$work/hip.log" 2>&1; then
  CARMINE_SOFT_GPU=mi210 timeout 300 "$prefix/bin/carmine" kfd -- "$work/host_cost_hip" | tee -a "$work/host-cost.out"
fi
nanoseconds() { number host-cost "^$1: $2 ([0-9]+) ns.*"; } # cuda|hip OPERATION
while read -r bound operation; do
  limit "$operation" "$(nanoseconds cuda "$operation")" "$bound" 'ns' less
  rival "$operation" "$(nanoseconds cuda "$operation")" "AMD's HIP 5.2.3" "$(nanoseconds hip "$operation")"
done <<'END'
300 launch
150 event record
150 stream wait
150 pool allocation
150 pool free
100 synchronise idle stream
500 asynchronous copy of 64 KiB
100 graph of 1000 kernels
END
limit "launch, tenths of HIP's" "$(awk -v a="$(nanoseconds cuda launch)" -v b="$(nanoseconds hip launch)" 'BEGIN { if (a && b) printf "%.2f", 10 * a / b }')" 1 "tenths of HIP's" less
limit "copies, slowest" "$(sed -nE "s/^cuda: copy (to|from) .*: ([0-9]+) % of memcpy's rate$/\\2/p" "$work/host-cost.out" | sort -n | head -n 1)" 90 "% of memcpy's rate" more

echo "== code quality"
: >"$work/code-quality.out"
Tools/install-dependencies.sh libamdhip64-dev      # HIP's headers
if swift build -c release --product code-quality >"$work/code-quality.build" 2>&1; then
  timeout 600 Benchmarks/CodeQuality/code-quality.sh "$prefix/bin/carmine" "$root/.build/cuda-13/bin/nvcc" \
    "$(swift build -c release --show-bin-path)/code-quality" "$work/code-quality" 2>&1 | tee "$work/code-quality.out"
else
  tail -n 5 "$work/code-quality.build"
fi
limit "instructions, mean" "$(number code-quality '^geometric mean of [0-9]+ kernels: ([0-9.]+)$')" 1.05 'times clang -x hip' less
limit "instructions, worst" "$(number code-quality '^worst: ([0-9.]+) .*')" 1.3 'times clang -x hip' less

echo "== preload"
gcc -O1 -o "$work/nothing" Tests/EndToEnd/programs/nothing.c
gcc -O2 -Wall -o "$work/preload_cost" Benchmarks/PreloadCost/preload_cost.c
: >"$work/preload.out"
rival=()
if [ -e .build/cuda-13/lib/libcudart.so.13 ]; then rival=("NVIDIA's libcudart.so.13=$root/.build/cuda-13/lib/libcudart.so.13"); fi
"$work/preload_cost" "$work/nothing" 300 "the full set=$prefix/lib/libcudart.so.13:$prefix/lib/libcuda.so.1" "${rival[@]}" | tee "$work/preload.out"
limit "preload, full set" "$(number preload '^the full set: .* adds (-?[0-9.]+) ms')" 4 'ms' less
rival "preload, full set" "$(number preload '^the full set: .* adds (-?[0-9.]+) ms')" \
  "NVIDIA's libcudart.so.13" "$(number preload "^NVIDIA's libcudart.so.13: .* adds (-?[0-9.]+) ms")"

echo "== compile time"
# Small packages with modules of every size; the large ones are `make test-wheels`'.
Tools/wheels.sh fetch torchvision torchaudio astra-toolbox stringzillas-cuda ctransformers
if [ ! -e "$work/modules/.complete" ]; then
  rm -rf "$work/modules" && mkdir -p "$work/modules"
  for library in torchvision/torchvision/_C.so torchaudio/torchaudio/lib/libtorchaudio.so torchaudio/torchaudio/lib/libctc_prefix_decoder.so \
    astra-toolbox/astra/libastra.so.0 stringzillas-cuda/stringzillas.cpython-311-x86_64-linux-gnu.so ctransformers/ctransformers/lib/cuda/libctransformers.so; do
    "$prefix/bin/carmine" compile --emit ptx -o "$work/modules/texts/" ".build/wheels/$library"
    for text in "$work"/modules/texts/*.ptx; do mv "$text" "$work/modules/$(tr / - <<<"${library%%.*}").${text##*/}"; done
  done
  # The largest take minutes each and say nothing that others don't.
  find "$work/modules" -type f -size +1500k -delete
  touch "$work/modules/.complete"
fi
taskset -c 0 Benchmarks/CompileTime/compile_time.py "$prefix/bin/carmine" "$root/.build/cuda-13/bin/ptxas" "$work/modules" | tee "$work/compile-time.out"
modules=$(number compile-time '^modules: ([0-9]+)$')
limit "compile: modules" "$modules" 30 'modules in the sample' more
limit "compile: against LLVM" "$(number compile-time '^against LLVM alone: ([0-9.]+),.*')" 1.2 "times LLVM's own passes" less
limit "compile: small kernels" "$(number compile-time '^against ptxas -O3, small kernels: ([0-9.]+) .*')" 2 'times ptxas -O3' less
limit "compile: all" "$(number compile-time '^against ptxas -O3: ([0-9.]+) in total$')" 4 'times ptxas -O3' less
limit "parser" "$(number compile-time '^parser: ([0-9.]+) MB\/s$')" 30 'MB/s' more
rm -rf "$work/cache-same"
CARMINE_CACHE_DIR=$work/cache-same "$prefix/bin/carmine" precompile --check --json .build/wheels/stringzillas-cuda >"$work/same.json"
summary+=("compile: same kernels    $(sed -n 's/.*"total": .*"kernels": \([0-9]*\).*"sameAsAnother": \([0-9]*\).*/\2 of \1 kernels of stringzillas-cuda are another one by another name and are not compiled/p' "$work/same.json")")

echo "== limits and rivals"
printf '%s\n' "${summary[@]}"
echo "$missed missed"
[ "$missed" -eq 0 ]
