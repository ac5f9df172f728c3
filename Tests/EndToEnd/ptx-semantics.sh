# The instruction table, variant by variant: NVIDIA's ptxas accepts what it lists, and what is compiled computes what the manual says.
# shellcheck shell=bash

semantics=${PTX_SEMANTICS:-$root/.build/release/ptx-semantics}
every=${PTX_SEMANTICS_EVERY:-6}   # each sixth case of a row, and one of each row; `make test-ptx` runs all

# Counts as many tests as the program's last line says.
count_last_line() { # NAME FILE STATUS
  if [[ $(tail -n 1 "$2") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed ]]; then
    passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2]))
    grep '^FAIL' "$2" | cut -c 1-300 | head -n 60
    echo "$1: ${BASH_REMATCH[1]} right, ${BASH_REMATCH[2]} wrong"
  else
    fail_one "$1" "it did not come to its end (status $3)" "$2"
  fi
}

ptx_semantics() { # KIND TARGET
  local name="PTX semantics on $2" out=$work/ptx-semantics-$2.out status=0
  wanted "$name" || return 0
  CARMINE_SOFT_GPU=$1 LD_LIBRARY_PATH=$prefix/lib timeout --kill-after=5 3000 "$semantics" --library libcuda.so.1 --every "$every" >"$out" 2>&1 || status=$?
  count_last_line "$name" "$out" "$status"
}

# Every variant, refused ones too, where the table describes its operands.
ptxas_accepts() {
  local name="PTX semantics: ptxas accepts the variants" texts=$work/ptx-texts out=$work/ptxas.out total bad
  wanted "$name" || return 0
  rm -rf "$texts"
  "$semantics" --print "$texts" --every "$every" >"$out" 2>&1 || { fail_one "$name" "the texts are not written" "$out"; return; }
  find "$texts" -name '*.ptx' -print0 | xargs -0 -P "$(nproc)" -n 1 sh -c '
    target=$(basename "$1" | cut -d . -f 1)
    "$0" -arch="$target" -O0 -o /dev/null "$1" >"$1.log" 2>&1 || { echo "FAIL ptxas on $(basename "$1"): $(grep -m 1 error "$1.log")"; exit 0; }
    echo ok' "$root/.build/cuda-13/bin/ptxas" >"$out"
  count_lines "$name" "$out"
}

# No row of the table without somebody who asks it.
every_row_is_asked() {
  local name="PTX semantics: every row has a case and a reference" out=$work/ptx-without.out
  wanted "$name" || return 0
  if "$semantics" --without --matrices "$root/Tests/PTXReference/matrix.tsv" >"$out" 2>&1; then pass_one "$name"; else fail_one "$name" "$(grep -c '^no ' "$out") have none" "$out"; fi
}

# The references themselves, against what an H100 gave.
references_agree() {
  local name="PTX semantics: references and an NVIDIA GPU" out=$work/ptx-agree.out
  wanted "$name" || return 0
  "$semantics" --agree "$root/Tests/PTXReference/semantics-nvidia.tsv" >"$out" 2>&1
  if [[ $(tail -n 1 "$out") =~ ^([0-9]+)\ agree,\ ([0-9]+)\ differ ]]; then
    passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2]))
    grep '^FAIL' "$out" | cut -c 1-300 | head -n 60
    echo "$name: ${BASH_REMATCH[1]} agree, ${BASH_REMATCH[2]} differ"
  else
    fail_one "$name" "it did not come to its end" "$out"
  fi
}

if [ -x "$semantics" ]; then
  every_row_is_asked
  references_agree
  ptx_semantics mi300x gfx942
  ptx_semantics rx7900xtx gfx1100
  ptxas_accepts
else
  fail_one "PTX semantics" "$semantics is not built"
fi
