# tests of the keeper's sockets
keeperio_test_libs = injector/libkeeperio.a zapi/libzapi.a injector/libbase.a \
	$(LIBEVENT_LIBS) $(LIBNL_LIBS) $(JSON_LIBS)

# test_alias needs root or user namespaces, and says so
check_PROGRAMS += tests/unit/test_alias tests/unit/test_beyond tests/unit/test_deaf \
	tests/unit/test_identity tests/unit/test_remedy tests/unit/test_zebra
TESTS += tests/unit/test_alias tests/unit/test_beyond tests/unit/test_deaf \
	tests/unit/test_identity tests/unit/test_remedy tests/unit/test_zebra
tests_unit_test_alias_SOURCES = tests/unit/test_alias.c
tests_unit_test_alias_LDADD = $(keeperio_test_libs) $(CMOCKA_LIBS)
tests_unit_test_beyond_SOURCES = tests/unit/test_beyond.c tests/unit/test_beyond_data.h
tests_unit_test_beyond_LDADD = $(keeperio_test_libs) $(CMOCKA_LIBS)
tests_unit_test_deaf_SOURCES = tests/unit/test_deaf.c
tests_unit_test_deaf_LDADD = $(keeperio_test_libs) $(CMOCKA_LIBS)
tests_unit_test_identity_SOURCES = tests/unit/test_identity.c
tests_unit_test_identity_LDADD = $(keeperio_test_libs) $(CMOCKA_LIBS)
tests_unit_test_remedy_SOURCES = tests/unit/test_remedy.c
tests_unit_test_remedy_LDADD = $(keeperio_test_libs) $(CMOCKA_LIBS)
tests_unit_test_zebra_SOURCES = tests/unit/test_zebra.c
tests_unit_test_zebra_LDADD = $(keeperio_test_libs) $(CMOCKA_LIBS)

check_PROGRAMS += tests/fuzz/fuzz_netlink_addr tests/fuzz/fuzz_vty
tests_fuzz_fuzz_netlink_addr_SOURCES = tests/fuzz/fuzz_netlink_addr.c
tests_fuzz_fuzz_netlink_addr_LDADD = $(keeperio_test_libs)
tests_fuzz_fuzz_vty_SOURCES = tests/fuzz/fuzz_vty.c
tests_fuzz_fuzz_vty_LDADD = $(keeperio_test_libs)
if FUZZERS
tests_fuzz_fuzz_netlink_addr_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_vty_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
else
tests_fuzz_fuzz_netlink_addr_SOURCES += tests/fuzz/replay.c
tests_fuzz_fuzz_vty_SOURCES += tests/fuzz/replay.c
endif

EXTRA_DIST += tests/fuzz/corpus/netlink_addr tests/fuzz/corpus/vty
