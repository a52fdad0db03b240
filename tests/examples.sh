#!/bin/sh
# The README's example and zanycast.conf.example are files that zanycastd takes.
set -eu
src=${srcdir:-.}
file=$(mktemp)
trap 'rm -f "$file"' EXIT
sed -n '/^    service resolver {/,/^    }/s/^    //p' "$src/README" >"$file"
[ "$(wc -l <"$file")" -ge 15 ]
injector/zanycastd -t -f "$file"
injector/zanycastd -t -f "$src/injector/zanycast.conf.example"
