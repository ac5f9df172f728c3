# The carmine program.
# shellcheck shell=bash

compile_makes_code() { # INPUT: each kernel becomes an object that LLVM's own disassembler reads
  local out=$work/compiled file count=0
  rm -rf "$out"
  limited "$carmine" compile "$1" --target gfx942 -o "$out"
  for file in $(if [ -d "$out" ]; then find "$out" -type f; else echo "$out"; fi); do
    llvm-objdump-22 -d "$file" >"$work/disassembly" 2>&1 || fail "llvm-objdump-22 does not read $file"
    expect_line "$work/disassembly" 'elf64-amdgpu' "not an AMDGPU object"
    expect_line "$work/disassembly" 's_endpgm' "no s_endpgm in the code"
    refuse_line "$work/disassembly" '<unknown>' "instructions that LLVM does not know"
    expect_line <(llvm-readelf-22 -h "$file") 'gfx942' "the object is not for gfx942"
    count=$((count + 1))
  done
  [ "$count" -gt 0 ] || fail "nothing was written"
  echo "$count code objects"
}

compile_from() { # ptx|fatbin|cubin-less ELF
  local source=$programs/launch_once.cu made=$work/launch_once.$1
  case $1 in
    ptx|fatbin) "$nvcc" "--$1" -gencode arch=compute_75,code=compute_75 -o "$made" "$source" ;;
    elf) cuda_programs 13 "$work/cuda-13" "$source"; made=$work/cuda-13/launch_once ;;
  esac
  compile_makes_code "$made"
}

compile_writes_texts() { # a module's text as it stands in the program
  rm -rf "$work/texts"
  cuda_programs 13 "$work/cuda-13" "$programs/launch_once.cu"
  limited "$carmine" compile --emit ptx -o "$work/texts/" "$work/cuda-13/launch_once"
  ls "$work/texts"
  expect_line "$work/texts/0.ptx" '^\.target sm_75' "the folder does not hold the text of module 0"
}

compile_refuses() {
  local status=0
  echo "this is no PTX" >"$work/no.ptx"
  limited "$carmine" compile "$work/no.ptx" -o "$work/no.out" 2>"$work/no.err" || status=$?
  cat "$work/no.err"
  [ "$status" -ne 0 ] && [ "$status" -lt 124 ] || fail "status $status for a file that holds no PTX"
  expect_line "$work/no.err" 'no\.ptx' "the message does not name the file"
  [ ! -e "$work/no.out" ] || fail "an output was written"
}

help_lists_subcommands() {
  limited "$carmine" --help >"$work/help"
  local word
  for word in run kfd compile cache info isa; do expect_line "$work/help" "(^|[^a-z])$word([^a-z]|$)" "--help does not name '$word'"; done
  for word in run kfd compile cache info isa; do limited "$carmine" $word --help >"$work/help" || fail "carmine $word --help fails"; done
  limited "$carmine" --version
}

info_shows_the_device() {
  limited "$carmine" info >"$work/info"
  cat "$work/info"
  expect_line "$work/info" 'gfx942' "the software GPU is not shown"
  CARMINE_LOG=loud limited "$carmine" info >"$work/info" 2>&1
  expect_line "$work/info" 'CARMINE_LOG.*loud.*not accepted' "a value that is not accepted is not pointed out"
}

run_passes_status_on() {
  local status=0
  limited "$carmine" run -- sh -c 'exit 37' || status=$?
  [ "$status" -eq 37 ] || fail "status $status instead of the program's 37"
  status=0
  limited "$carmine" run -- no-such-program-here 2>"$work/run.err" || status=$?
  [ "$status" -ne 0 ] || fail "no failure for a program that does not exist"
  expect_line "$work/run.err" 'no-such-program-here' "the message does not name the program"
  status=0
  limited "$carmine" run --cudart 7 -- true 2>"$work/run.err" || status=$?
  [ "$status" -ne 0 ] || fail "--cudart 7 is accepted"
}

cache_is_listed_and_cleared() {
  cuda_programs 13 "$work/cuda-13" "$programs/launch_once.cu"
  local cache
  cache=$(fresh_cache listed)
  export CARMINE_CACHE_DIR=$cache
  limited "$carmine" cache >"$work/cache.list"
  expect_line "$work/cache.list" ' 0 entries, 0 of' "an empty cache is not shown as one"
  limited "$carmine" run -- "$work/cuda-13/launch_once"
  limited "$carmine" cache --list | tee "$work/cache.list"
  expect_line "$work/cache.list" 'gfx942  _Z' "the kernel that was compiled is not listed"
  expect_line "$work/cache.list" 'module of [0-9]+ kernel' "the module's inventory is not listed"
  limited "$carmine" cache --clear
  limited "$carmine" cache >"$work/cache.list"
  expect_line "$work/cache.list" ' 0 entries, 0 of' "the cache is not empty after --clear"
}

isa_lists_and_disassembles() {
  limited "$carmine" isa gfx942 --list >"$work/isa"
  expect_line "$work/isa" 's_endpgm' "an instruction that every kernel has is not listed"
  refuse_line "$work/isa" 'v_dual_mov_b32' "an instruction of another target is listed"
  # The words and their text are llvm-mc-22's.
  limited "$carmine" isa gfx1100 --disassemble '7e0a0281 f4040a80,f8000008 bfb00000' | tee "$work/isa"
  printf '%s\n' 'v_mov_b32_e32 v5, 1' 's_load_b64 s[42:43], s[0:1], 0x8' 's_endpgm' | diff - "$work/isa" || fail "not the text that LLVM writes"
  if limited "$carmine" isa gfx1100 --disassemble ffffffff 2>"$work/isa"; then fail "words that are no instruction are accepted"; fi
  expect_line "$work/isa" 'ffffffff' "the message does not name the word"
}

prefix_can_be_moved() {
  local moved=$work/moved
  rm -rf "$moved"
  cp -r "$prefix" "$moved"
  cuda_programs 13 "$work/cuda-13" "$programs/launch_once.cu"
  local cache
  cache=$(fresh_cache moved)
  CARMINE_CACHE_DIR=$cache limited "$moved/bin/carmine" run -- "$work/cuda-13/launch_once"
  rm -rf "$moved"
}

check "carmine --help names the subcommands" help_lists_subcommands
check "carmine info shows the device and marks values that are not accepted" info_shows_the_device
check "carmine run passes the program's status on" run_passes_status_on
check "carmine compile makes gfx942 code of PTX" compile_from ptx
check "carmine compile makes gfx942 code of a fatbinary" compile_from fatbin
check "carmine compile makes gfx942 code of a program" compile_from elf
check "carmine compile writes the texts of a program's modules into a folder" compile_writes_texts
check "carmine compile refuses what is no PTX" compile_refuses
check "carmine cache lists what is kept and clears it" cache_is_listed_and_cleared
check "carmine isa lists a target's instructions and writes words as LLVM does" isa_lists_and_disassembles
check "a prefix can be moved" prefix_can_be_moved
