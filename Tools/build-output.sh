#!/bin/bash
# Passes a Swift build's output on without its progress lines, says once that there is something to compile, and fails when
# the build did (its last line says so):   swift build --product NAME 2>&1 | build-output.sh NAME
awk -v product="${1:?usage: build-output.sh PRODUCT}" '
  /^\[[0-9]+\/[0-9]+\] (Compiling|Emitting)/ && !said { said = 1; print "building " product; fflush() }
  /^\[[0-9]+\/[0-9]+\]/ || /^Build of product/ || /^Building for/ || /^(Fetch|Comput|Creat|Work)/ { if (/complete!/) ok = 1; next }
  { print }
  END { exit ok ? 0 : 1 }
'
