# The documents say what the code says.
# shellcheck shell=bash

switches() { sed -n 's/.*Switch("\(CARMINE_[A-Z_0-9]*\)".*/\1/p; s/^ *"\(CARMINE_[A-Z_0-9]*\)", \..*/\1/p' "$root/Sources/Settings/Switch.swift" | sort -u; }

switches_are_documented() {
  local name
  switches >"$work/switches"
  [ "$(wc -l <"$work/switches")" -ge 10 ] || fail "Switch.swift is not read any more; it gave $(wc -l <"$work/switches") names"
  limited "$carmine" info >"$work/info" 2>/dev/null
  while read -r name; do
    grep -qE "^\| \`$name\`" "$root/docs/environment.md" || fail "$name is not in docs/environment.md"
    grep -qE "^ *$name( |$)" "$work/info" || fail "carmine info does not show $name"
  done <"$work/switches"
  grep -oE '^ +CARMINE_[A-Z_0-9]+' "$work/info" | tr -d ' ' | sort -u | diff "$work/switches" - || fail "carmine info shows another list"
  grep -oE '^\| `CARMINE_[A-Z_0-9]+' "$root/docs/environment.md" | tr -d '|` ' | sort -u | diff "$work/switches" - || fail "docs/environment.md lists another set"
}

named_files_exist() { # every path in backquotes and every link in the documents
  local file path missing=
  for file in "$root/README.md" "$root"/docs/*.md; do
    while read -r path; do
      [ -e "$root/$path" ] || [ -e "$(dirname "$file")/$path" ] || missing+=" $(basename "$file"):$path"
    done < <(grep -oE '`(Sources|Tests|Tools|Examples|Benchmarks|DeviceLibrary|API|docs)/[A-Za-z0-9_./-]*`|\]\([A-Za-z0-9_./-]+\)' "$file" | sed 's/^`//; s/`$//; s/^](//; s/)$//' | sort -u)
  done
  [ -z "$missing" ] || fail "named but not there:$missing"
}

modules_are_drawn() { # architecture.md knows every module
  local folder name missing=
  for folder in "$root"/Sources/*/; do
    name=$(basename "$folder")
    grep -qw -- "$name" "$root/docs/architecture.md" || missing+=" $name"
  done
  [ -z "$missing" ] || fail "docs/architecture.md does not name$missing"
}

# README's figures of the API are the tables'.
figures_agree() {
  local column major total absent
  for major in 12 13; do
    column=$((major - 10))
    read -r total absent < <(awk -F '\t' -v c=$column '!/^#/ && $c == 1 {n++; if ($4 == "absent") a++} END {print n, a + 0}' "$root/API/cudart.tsv")
    grep -qF "$((total - absent)) of $total in \`libcudart.so.$major\`" "$root/README.md" || fail "README.md: it is $((total - absent)) of $total in libcudart.so.$major"
  done
}

fronts_are_generated() { # what is committed is what the tables say
  local made=$work/fronts folder
  rm -rf "$made"
  mkdir -p "$made"
  (cd "$root" && Tools/generate-fronts "$made")
  for folder in FrontCudart12 FrontCudart13 FrontCudaDriver; do
    diff -r "$made/Sources/$folder" "$root/Sources/$folder" >"$work/fronts.diff" || true
    refuse_line "$work/fronts.diff" '^[<>]|^Only in .*fronts' "Tools/generate-fronts makes something else than what is in Sources/$folder"
  done
}

ptx_page_is_generated() {
  limited "$carmine" compile --list-ptx --markdown | diff - "$root/docs/ptx.md" >"$work/ptx.diff" || true
  refuse_line "$work/ptx.diff" '^[<>]' "docs/ptx.md is not what the instruction table says: run Tools/write-ptx-page"
}

check "docs/ptx.md is the instruction table" ptx_page_is_generated
check "the figures of the API in README.md are the tables'" figures_agree
check "the fronts are what the tables say" fronts_are_generated
check "every switch is in docs/environment.md and in carmine info" switches_are_documented
check "files that the documents name exist" named_files_exist
check "docs/architecture.md names every module" modules_are_drawn
