# What NVIDIA's own library and GPU answered, asked again: each question counts.
# shellcheck shell=bash

ptx_reference() { # KIND TARGET
  local folder=$root/Tests/PTXReference name="PTX reference on $2" out=$work/ptx-reference-$2.out status=0
  wanted "$name" || return 0
  ( c_program "$folder/ptx_reference.c" "$work/ptx_reference" -ldl -lm ) >"$logs/ptx-reference-build.log" 2>&1 ||
    { fail_one "$name" "it does not build" "$logs/ptx-reference-build.log"; return; }
  CARMINE_SOFT_GPU=$1 CARMINE_CACHE_DIR=$work/caches/shared LD_LIBRARY_PATH=$prefix/lib timeout --kill-after=5 580 \
    "$work/ptx_reference" libcuda.so.1 "$folder/cases.tsv" --check "$folder/nvidia.tsv" >"$out" 2>"$out.err" || status=$?
  if [[ $(tail -n 1 "$out") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed ]]; then
    passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2]))
    grep '^FAIL' "$out" | cut -c 1-300
    echo "$name: ${BASH_REMATCH[1]} agree, ${BASH_REMATCH[2]} differ"
  else
    cat "$out.err" >>"$out"
    fail_one "$name" "it did not come to its end (status $status)" "$out"
  fi
}

# Atomics, loads, stores, fences, the device's heap: the program computes what the manual says, and an NVIDIA GPU agreed.
memory_reference() { # KIND TARGET
  local name="memory reference on $2" out=$work/memory-reference-$2.out status=0
  wanted "$name" || return 0
  ( c_program "$root/Tests/PTXReference/memory_reference.c" "$work/memory_reference" -ldl -lm ) >"$logs/memory-reference-build.log" 2>&1 ||
    { fail_one "$name" "it does not build" "$logs/memory-reference-build.log"; return; }
  CARMINE_SOFT_GPU=$1 CARMINE_SOFT_STRICT=1 CARMINE_CACHE_DIR=$work/caches/shared LD_LIBRARY_PATH=$prefix/lib timeout --kill-after=5 580 \
    "$work/memory_reference" libcuda.so.1 >"$out" 2>"$out.err" || status=$?
  count_lines "$name" "$out"
  if [[ $(tail -n 1 "$out") =~ cases\ failed$ ]]; then pass_one "$name ends by itself"; else fail_one "$name ends by itself" "status $status" "$out.err"; fi
}

textures() { # PROGRAM KIND TARGET
  local name="${1//_/ } on $3" out=$work/$1-$3.out status=0
  wanted "$name" || return 0
  ( cuda_programs 13 "$work/cuda-13" "$programs/$1.cu" ) >"$logs/$1-build.log" 2>&1 ||
    { fail_one "$name" "it does not build" "$logs/$1-build.log"; return; }
  CARMINE_SOFT_GPU=$2 CARMINE_SOFT_STRICT=1 CARMINE_CACHE_DIR=$work/caches/shared LD_LIBRARY_PATH=$prefix/lib timeout --kill-after=5 300 \
    "$work/cuda-13/$1" >"$out" 2>"$out.err" || status=$?
  count_lines "$name" "$out"
  if [ "$status" -le 1 ]; then pass_one "$name ends by itself"; else fail_one "$name ends by itself" "status $status" "$out.err"; fi
}

# One line an answer: `ok …` or `FAIL …`.  Compared group by group: a group whose process died fails with what it did not answer.
compare_answers() { # THEIRS OURS NAME
  awk -v name="$3" '
    FNR == 1 { file++; group = ""; line = 0 }
    /^== / { group = substr($0, 4); line = 0; if (file == 1) groups[++group_count] = group; next }
    # Lines of a table (number, name) are found by their number, the others by their place.
    { place = /^[0-9]+ [A-Za-z]+$/ ? "code " $1 : ++line }
    file == 1 { theirs[group, place] = $0; order[group, ++count[group]] = place; next }
    { ours[group, place] = $0; if (!((group, place) in theirs)) print "FAIL " name ", " group ": NVIDIA does not print: " $0 }
    function question(text) { sub(/ +[^ ]+$/, "", text); return text }
    function answer(text) { sub(/^.* /, "", text); return text }
    END {
      for (g = 1; g <= group_count; g++) {
        group = groups[g]
        for (i = 1; i <= count[group]; i++) {
          place = order[group, i]; a = theirs[group, place]; b = ours[group, place]
          if (a == b) print "ok " group " " place
          else if (b == "") print "FAIL " name ", " group " " place ": no answer to " question(a) " (NVIDIA: " answer(a) ")"
          else if (question(a) == question(b)) print "FAIL " name ", " group " " place ": " question(a) ": NVIDIA " answer(a) ", Carmine " answer(b)
          else print "FAIL " name ", " group " " place ": NVIDIA prints \"" a "\", Carmine \"" b "\""
        }
      }
    }' "$1" "$2"
}

# Whether something is still running depends on how fast the host goes on: such a question is asked up to five times, and its
# answer must be NVIDIA's once.  Every other answer must be right each time.
api_reference() { # 13|12 RECORDING
  local folder=$root/Tests/APIReference name="API reference $1" status=0 try
  local program=$work/cuda-$1/api_reference out=$work/api-reference-$1.out lines=$work/api-reference-$1.lines
  local moment='Query\([a-z0-9]*\): NVIDIA (cudaErrorNotReady, Carmine cudaSuccess|cudaSuccess, Carmine cudaErrorNotReady)$'
  wanted "$name" || return 0
  ( cuda_programs "$1" "$work/cuda-$1" "$folder/api_reference.cu" ) >"$logs/api-reference-$1-build.log" 2>&1 ||
    { fail_one "$name" "it does not build" "$logs/api-reference-$1-build.log"; return; }
  # Once before, so that no compilation stands between a launch and the question about it.
  with_libraries "$program" >/dev/null 2>&1
  for try in 1 2 3 4 5; do
    with_libraries "$program" >"$out" 2>"$out.err" || status=$?
    compare_answers "$folder/$2" "$out" "$name" >"$lines.new"
    if [ "$try" -eq 1 ]; then
      mv "$lines.new" "$lines"
    else # stays: what must never differ, and what depends on the moment and differed in each run so far
      awk -v moment="$moment" '
        NR == FNR { if (/^FAIL/) before[$0] = 1; next }
        /^FAIL/ && $0 ~ moment && !($0 in before) { print "ok again"; next }
        { print; now[$0] = 1 }
        END { for (line in before) if (line !~ moment && !(line in now)) print line }' "$lines" "$lines.new" >"$lines.both"
      mv "$lines.both" "$lines"
    fi
    grep '^FAIL' "$lines" | grep -qE "$moment" || break
  done
  count_lines "$name" "$lines"
  if [ "$status" -ne 0 ]; then fail_one "$name ends by itself" "status $status" "$out.err"; else pass_one "$name ends by itself"; fi
}

ptx_reference mi300x gfx942
ptx_reference rx7900xtx gfx1100
ptx_reference mi210 gfx90a
memory_reference mi300x gfx942
memory_reference rx7900xtx gfx1100
memory_reference mi210 gfx90a
for program in textures compressed_textures; do
  textures $program mi300x gfx942
  textures $program rx7900xtx gfx1100
done
api_reference 13 nvidia.txt
api_reference 12 nvidia-12.txt
