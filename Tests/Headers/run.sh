#!/bin/bash
# Compares our public headers with NVIDIA's by compiling:   run.sh INCLUDE WORK CUDA12 CUDA13
#
#   INCLUDE         our headers; CUDA12 and CUDA13: toolkit folders as Tools/cuda-toolkit.sh makes them
#
# For 12 and 13, for the null stream in both its meanings, by clang and gcc, in C and C++: facts.py writes a program that prints
# every value, size, offset and type that NVIDIA's headers declare; it is compiled against theirs and against ours, and every line
# must be the same.  Then the overloads and templates of C++, and that every header of ours compiles alone.
# Prints `ok NAME` or `FAIL NAME: why`, and ends with 'N passed, N failed'.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ $# -eq 4 ] || { echo "usage: run.sh INCLUDE WORK CUDA12 CUDA13" >&2; exit 2; }
ours=$(realpath "$1") work=$2 toolkit12=$3 toolkit13=$4
mkdir -p "$work"
work=$(realpath "$work")
passed=0 failed=0
ok() { passed=$((passed + 1)); echo "ok $1"; }
bad() { failed=$((failed + 1)); echo "FAIL $1: $2"; }

# OpenGL, EGL and VDPAU need not be installed: facts are compared over stubs/, for both sides.
interop=(GL/gl.h vdpau/vdpau.h cuda_gl_interop.h cuda_egl_interop.h cuda_vdpau_interop.h cudaGL.h cudaEGL.h cudaVDPAU.h)
api=(library_types.h cuda_runtime_api.h cuda.h cudaTypedefs.h)
per_thread=-DCUDA_API_PER_THREAD_DEFAULT_STREAM

compare() { # NAME THEIRS OURS
  local differences
  if [ "$(wc -l <"$2")" -lt 100 ]; then bad "$1" "NVIDIA's headers gave $(wc -l <"$2") facts"; return; fi
  if diff "$2" "$3" >"$work/differences"; then ok "$1 ($(wc -l <"$2") facts)"; else
    bad "$1" "$(grep -c '^[<>]' "$work/differences") lines differ, NVIDIA's are marked <"
    grep '^[<>]' "$work/differences" | head -n 20 | cut -c 1-240 | sed 's/^/  | /'
  fi
}

# What a program compiled against each side prints.
layouts() { # NAME LANGUAGE MAJOR COMPILER "FLAGS" HEADER ...
  local name=$1 language=$2 major=$3 compiler=$4 flags=$5 toolkit=toolkit$3 base
  shift 5
  base=$work/$(tr -c 'a-zA-Z0-9\n' '-' <<<"$name")
  toolkit=${!toolkit}/include
  # shellcheck disable=SC2086  # flags are words
  "$here/facts.py" program "$toolkit" "$language" "$base.source" $flags -- "$@" >"$base.log" 2>&1 ||
    { bad "$name" "NVIDIA's headers cannot be read: $(head -n 3 "$base.log")"; return; }
  # shellcheck disable=SC2086
  $compiler -w $flags -x "$language" -I"$toolkit" -isystem "$here/stubs" -o "$base.theirs" "$base.source" >"$base.log" 2>&1 ||
    { bad "$name" "it does not compile against NVIDIA's headers"; grep error "$base.log" | head -n 5; return; }
  # shellcheck disable=SC2086
  $compiler -w $flags -x "$language" -DCARMINE_CUDA="$major" -I"$ours" -isystem "$here/stubs" -o "$base.ours" "$base.source" >"$base.log" 2>&1 ||
    { bad "$name" "it does not compile against ours"; grep error "$base.log" | head -n 20 | cut -c 1-240 | sed 's/^/  | /'; return; }
  "$base.theirs" >"$base.theirs.txt"
  "$base.ours" >"$base.ours.txt"
  compare "$name" "$base.theirs.txt" "$base.ours.txt"
}

# Overloads and templates.  A CUDA compiler sees more of them; NVIDIA's device functions are left out of both, as the host's
# compiler cannot read them.
overloads() { # NAME MAJOR "FLAGS" HEADER ...
  local name=$1 major=$2 flags=$3 toolkit=toolkit$2 base
  shift 3
  base=$work/$(tr -c 'a-zA-Z0-9\n' '-' <<<"$name")
  toolkit=${!toolkit}/include
  # shellcheck disable=SC2086
  "$here/facts.py" signatures "$toolkit" "$base.theirs.txt" $flags -- "$@" >"$base.log" 2>&1 &&
    "$here/facts.py" signatures "$ours" "$base.ours.txt" -DCARMINE_CUDA="$major" $flags -- "$@" >>"$base.log" 2>&1 ||
    { bad "$name" "$(head -n 3 "$base.log" | cut -c 1-300)"; return; }
  compare "$name" "$base.theirs.txt" "$base.ours.txt"
}

every_header_compiles() { # NAME MAJOR COMPILER LANGUAGE
  local header failures=0
  while read -r header; do
    # Parts of cuda.h, in its order, and of cuda_runtime.h.
    case $header in carmine/driver/*|carmine/occupancy.h|carmine/symbols.h|carmine/carmine_*) continue ;; esac
    if ! $3 -x "$4" -Wall -Wextra -Werror -DCARMINE_CUDA="$2" -I"$ours" -isystem "$here/stubs" -fsyntax-only - \
      <<<"#include <$header>" >"$work/alone.log" 2>&1; then
      failures=$((failures + 1))
      echo "  | $header: $(grep -m 1 -E 'error|warning' "$work/alone.log" | cut -c 1-240)"
    fi
  done < <(cd "$ours" && find . -name '*.h' | sed 's|^\./||' | sort)
  if [ "$failures" -eq 0 ]; then ok "$1"; else bad "$1" "$failures headers do not compile without warnings"; fi
}

device='-D__CUDACC__ -D__COMMON_FUNCTIONS_H__ -D__DEVICE_FUNCTIONS_H__ -D__HOST_CONFIG_H__ -D__DEVICE_LAUNCH_PARAMETERS_H__ -D__CUDA_DEVICE_RUNTIME_API_H__'
for major in 12 13; do
  layouts "C layouts and prototypes, CUDA $major, clang" c $major clang-22 "" "${api[@]}"
  layouts "C layouts and prototypes, CUDA $major, gcc" c $major gcc "" "${api[@]}"
  layouts "C layouts and prototypes, CUDA $major, per-thread streams" c $major gcc $per_thread "${api[@]}"
  layouts "C layouts and prototypes, CUDA $major, older C" c $major "gcc -std=gnu99" -std=gnu99 "${api[@]}"
  layouts "C++ layouts, CUDA $major, clang" c++ $major clang++-22 "" "${api[@]}" vector_functions.h
  layouts "C++ layouts, CUDA $major, g++" c++ $major g++ "" "${api[@]}" vector_functions.h
  layouts "interoperability, CUDA $major" c $major gcc "" cuda_runtime_api.h cuda.h "${interop[@]}"
  overloads "C++ overloads, CUDA $major" $major "" cuda_runtime.h
  overloads "C++ overloads, CUDA $major, per-thread streams" $major $per_thread cuda_runtime.h
  overloads "C++ overloads for a CUDA compiler, CUDA $major" $major "$device" cuda_runtime.h
  every_header_compiles "every header alone, CUDA $major, C" $major gcc c
  every_header_compiles "every header alone, CUDA $major, C++" $major clang++-22 c++
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
