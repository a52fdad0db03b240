# tests of beyond/
beyond_test_libs = injector/libbeyond.a zapi/libzapi.a injector/libbase.a \
	$(LIBEVENT_LIBS) $(JSON_LIBS)

check_PROGRAMS += tests/unit/test_beyond tests/unit/test_deaf tests/unit/test_remedy
TESTS += tests/unit/test_beyond tests/unit/test_deaf tests/unit/test_remedy
tests_unit_test_beyond_SOURCES = tests/unit/test_beyond.c tests/unit/test_beyond_data.h
tests_unit_test_beyond_LDADD = $(beyond_test_libs) $(CMOCKA_LIBS)
tests_unit_test_deaf_SOURCES = tests/unit/test_deaf.c
tests_unit_test_deaf_LDADD = $(beyond_test_libs) $(CMOCKA_LIBS)
tests_unit_test_remedy_SOURCES = tests/unit/test_remedy.c
tests_unit_test_remedy_LDADD = $(beyond_test_libs) $(CMOCKA_LIBS)

check_PROGRAMS += tests/fuzz/fuzz_vty
tests_fuzz_fuzz_vty_SOURCES = tests/fuzz/fuzz_vty.c
tests_fuzz_fuzz_vty_LDADD = $(beyond_test_libs)
if FUZZERS
tests_fuzz_fuzz_vty_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
else
tests_fuzz_fuzz_vty_SOURCES += tests/fuzz/replay.c
endif

EXTRA_DIST += tests/fuzz/corpus/vty
