# what `make check` runs; the namespace suite and the benchmarks have commands of their own
include tests/zapi.mk
include tests/dump.mk
include tests/keeper.mk
include tests/conf.mk
include tests/checks.mk
include tests/engine.mk
include tests/alias.mk
include tests/beyond.mk
include tests/plan.mk
