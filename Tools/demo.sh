#!/bin/bash
# Runs example programs under Carmine and says for each what it computed, on which device, and whether its answer was
# checked:  demo.sh CARMINE FOLDER NAME ...
set -uo pipefail
carmine=$(realpath "$1") folder=$(realpath "$2")
shift 2
cd "$folder" || exit 1
wrong=0
for name in "$@"; do
  SECONDS=0
  if "$carmine" run -- "./$name" >"$name.log" 2>&1; then status=0; else status=$?; fi
  computed=$(sed -n 's/^computed: //p' "$name.log")
  device=$(sed -n 's/^device: //p' "$name.log" | head -1)
  checked=$(sed -n 's/^answer checked: //p' "$name.log" | sort -u | tr '\n' ' ')
  printf '%-17s %s\n%-17s on %s; answer checked: %s(%d s)\n' "$name" "${computed:-nothing}" '' "${device:-no device}" "${checked:-no }" "$SECONDS"
  if [ "$status" -ne 0 ] || [ "$checked" != 'right ' ]; then
    wrong=$((wrong + 1))
    echo "  $name ended with status $status; the end of $folder/$name.log:"
    tail -n 12 "$name.log" | sed 's/^/  | /'
  fi
done
if [ "$wrong" -gt 0 ]; then echo "$wrong of $# examples failed"; exit 1; fi
echo "all $# examples right; the picture is $folder/mandelbrot.png"
