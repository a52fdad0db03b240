# tests of alias/; test_alias needs root or user namespaces, and says so
alias_test_libs = injector/libalias.a injector/libbase.a $(LIBNL_LIBS) $(LIBEVENT_LIBS)

check_PROGRAMS += tests/unit/test_alias
TESTS += tests/unit/test_alias
tests_unit_test_alias_SOURCES = tests/unit/test_alias.c
tests_unit_test_alias_LDADD = $(alias_test_libs) $(CMOCKA_LIBS)

check_PROGRAMS += tests/fuzz/fuzz_netlink_addr
tests_fuzz_fuzz_netlink_addr_SOURCES = tests/fuzz/fuzz_netlink_addr.c
tests_fuzz_fuzz_netlink_addr_LDADD = $(alias_test_libs)
if FUZZERS
tests_fuzz_fuzz_netlink_addr_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
else
tests_fuzz_fuzz_netlink_addr_SOURCES += tests/fuzz/replay.c
endif

EXTRA_DIST += tests/fuzz/corpus/netlink_addr
