#!/bin/bash
# Passes a Swift build's output on without its progress lines; fails when the build did (its last line says so).
awk '
  /^\[[0-9]+\/[0-9]+\]/ || /^Build of product/ || /^Building for/ || /^(Fetch|Comput|Creat|Work)/ { if (/complete!/) ok = 1; next }
  { print }
  END { exit ok ? 0 : 1 }
'
