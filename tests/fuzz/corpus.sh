#!/bin/sh
# Runs every fuzz target that was built over its corpus: tests/fuzz/fuzz_X over
# tests/fuzz/corpus/X. A target without a corpus is an error.
: "${srcdir:=.}"
ran=0
for target in tests/fuzz/fuzz_*; do
	case ${target##*/} in
	*.*) continue ;;
	esac
	[ -f "$target" ] && [ -x "$target" ] || continue
	corpus=$srcdir/tests/fuzz/corpus/${target##*/fuzz_}
	set -- "$corpus"/*
	if [ ! -f "$1" ]; then
		echo "$target: no corpus in $corpus" >&2
		exit 1
	fi
	"./$target" "$@" || exit 1
	ran=$((ran + 1))
done
echo "$ran targets"
[ "$ran" -gt 0 ]
