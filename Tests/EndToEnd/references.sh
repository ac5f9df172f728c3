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

# Compared group by group and line by line: a group whose process died fails with what it did not answer.
api_reference() {
  local folder=$root/Tests/APIReference out=$work/api-reference.out status=0
  wanted "API reference" || return 0
  ( cuda_programs 13 "$work/cuda-13" "$folder/api_reference.cu" ) >"$logs/api-reference-build.log" 2>&1 ||
    { fail_one "API reference" "it does not build" "$logs/api-reference-build.log"; return; }
  with_libraries "$work/cuda-13/api_reference" >"$out" 2>"$out.err" || status=$?
  awk '
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
          if (a == b) print "ok " group " " line
          else if (b == "") print "FAIL API reference, " group " " line ": no answer to " question(a) " (NVIDIA: " answer(a) ")"
          else if (question(a) == question(b)) print "FAIL API reference, " group " " line ": " question(a) ": NVIDIA " answer(a) ", Carmine " answer(b)
          else print "FAIL API reference, " group " " line ": NVIDIA prints \"" a "\", Carmine \"" b "\""
        }
      }
    }' "$folder/nvidia.txt" "$out" >"$work/api-reference.lines"
  count_lines "API reference" "$work/api-reference.lines"
  if [ "$status" -ne 0 ]; then fail_one "API reference ends by itself" "status $status" "$out.err"; else pass_one "API reference ends by itself"; fi
}

ptx_reference
api_reference
