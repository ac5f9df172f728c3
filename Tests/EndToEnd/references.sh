# What NVIDIA's own library and GPU answered, asked again: each question counts.
# shellcheck shell=bash

ptx_reference() {
  local folder=$root/Tests/PTXReference out=$work/ptx-reference.out status=0
  wanted "PTX reference" || return 0
  ( c_program "$folder/ptx_reference.c" "$work/ptx_reference" -ldl -lm ) >"$logs/ptx-reference-build.log" 2>&1 ||
    { fail_one "PTX reference" "it does not build" "$logs/ptx-reference-build.log"; return; }
  CARMINE_CACHE_DIR=$work/caches/shared LD_LIBRARY_PATH=$prefix/lib timeout --kill-after=5 580 \
    "$work/ptx_reference" libcuda.so.1 "$folder/cases.tsv" --check "$folder/nvidia.tsv" >"$out" 2>"$out.err" || status=$?
  if [[ $(tail -n 1 "$out") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed ]]; then
    passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2]))
    grep '^FAIL' "$out" | cut -c 1-300
    echo "PTX reference: ${BASH_REMATCH[1]} agree, ${BASH_REMATCH[2]} differ"
  else
    cat "$out.err" >>"$out"
    fail_one "PTX reference" "it did not come to its end (status $status)" "$out"
  fi
}

# Questions about work that is still running, to which NVIDIA's recorded answer depended on the moment: CUDA allows both.
# Group, line, the other answer, why.
either='
events and streams|43|cudaErrorNotReady|the event is behind a kernel of 20 million cycles, and the stream that was waited for is a non-blocking one
'

# One line an answer: `ok …` or `FAIL …`.  Compared group by group: a group whose process died fails with what it did not answer.
compare_answers() { # THEIRS OURS
  awk -v either="$either" '
    BEGIN {
      rows = split(either, row, "\n")
      for (r = 1; r <= rows; r++) if (split(row[r], field, "|") >= 3) other[field[1], field[2]] = field[3]
    }
    FNR == 1 { file++; group = ""; line = 0 }
    /^== / { group = substr($0, 4); line = 0; if (file == 1) groups[++group_count] = group; next }
    file == 1 { theirs[group, ++line] = $0; count[group] = line; next }
    { ours[group, ++line] = $0; if (line > count[group]) print "FAIL API reference, " group ": NVIDIA does not print: " $0 }
    function question(text) { sub(/ +[^ ]+$/, "", text); return text }
    function answer(text) { sub(/^.* /, "", text); return text }
    END {
      for (g = 1; g <= group_count; g++) {
        group = groups[g]
        for (line = 1; line <= count[group]; line++) {
          a = theirs[group, line]; b = ours[group, line]
          if (a == b || question(a) == question(b) && (group, line) in other && answer(b) == other[group, line]) print "ok " group " " line
          else if (b == "") print "FAIL API reference, " group " " line ": no answer to " question(a) " (NVIDIA: " answer(a) ")"
          else if (question(a) == question(b)) print "FAIL API reference, " group " " line ": " question(a) ": NVIDIA " answer(a) ", Carmine " answer(b)
          else print "FAIL API reference, " group " " line ": NVIDIA prints \"" a "\", Carmine \"" b "\""
        }
      }
    }' "$1" "$2"
}

# Whether something is still running depends on how fast the host goes on: such a question is asked up to five times, and its
# answer must be NVIDIA's once.  Every other answer must be right each time.
api_reference() {
  local folder=$root/Tests/APIReference out=$work/api-reference.out lines=$work/api-reference.lines status=0 try
  local moment='Query\([a-z0-9]*\): NVIDIA (cudaErrorNotReady, Carmine cudaSuccess|cudaSuccess, Carmine cudaErrorNotReady)$'
  wanted "API reference" || return 0
  ( cuda_programs 13 "$work/cuda-13" "$folder/api_reference.cu" ) >"$logs/api-reference-build.log" 2>&1 ||
    { fail_one "API reference" "it does not build" "$logs/api-reference-build.log"; return; }
  # Once before, so that no compilation stands between a launch and the question about it.
  with_libraries "$work/cuda-13/api_reference" >/dev/null 2>&1
  for try in 1 2 3 4 5; do
    with_libraries "$work/cuda-13/api_reference" >"$out" 2>"$out.err" || status=$?
    compare_answers "$folder/nvidia.txt" "$out" >"$lines.new"
    if [ "$try" -gt 1 ]; then # what differed in each run so far, and what must never differ
      awk -v moment="$moment" 'NR == FNR {before[$0] = 1; next} /^FAIL/ && $0 ~ moment && !($0 in before) {print "ok again"; next} {print}' "$lines" "$lines.new" >"$lines.both"
      { grep -E '^FAIL' "$lines" | grep -vE "$moment" | grep -vxFf "$lines.both"; cat "$lines.both"; } >"$lines.all"
      mv "$lines.all" "$lines"
    else
      mv "$lines.new" "$lines"
    fi
    grep '^FAIL' "$lines" | grep -qE "$moment" || break
  done
  count_lines "API reference" "$lines"
  if [ "$status" -ne 0 ]; then fail_one "API reference ends by itself" "status $status" "$out.err"; else pass_one "API reference ends by itself"; fi
}

ptx_reference
api_reference
