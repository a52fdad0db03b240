# tests of the engine and of zanycastctl
engine_test_libs = injector/libengine.a injector/libchecks.a injector/librunner.a \
	injector/libbase.a $(LIBEVENT_LIBS) $(LIBNL_LIBS) $(LDNS_LIBS) $(JSON_LIBS) \
	$(CAPNG_LIBS) $(SECCOMP_LIBS) $(CMOCKA_LIBS)
control_test_help = tests/unit/test_control_help.c tests/unit/test_control_help.h

check_PROGRAMS += tests/unit/test_control tests/unit/test_control_sandbox \
	tests/unit/test_control_words tests/unit/test_hooks tests/unit/test_service \
	tests/unit/test_service_engine
TESTS += tests/unit/test_control tests/unit/test_control_sandbox \
	tests/unit/test_control_words tests/unit/test_hooks tests/unit/test_service \
	tests/unit/test_service_engine
tests_unit_test_control_SOURCES = tests/unit/test_control.c $(control_test_help)
tests_unit_test_control_LDADD = $(engine_test_libs)
tests_unit_test_control_sandbox_LDADD = $(engine_test_libs)
tests_unit_test_control_words_LDADD = injector/libctl.a injector/libbase.a $(JSON_LIBS) \
	$(CMOCKA_LIBS)
# the runner's place is taken by the test
tests_unit_test_hooks_LDADD = injector/libengine.a injector/libchecks.a injector/libbase.a \
	$(JSON_LIBS) $(CMOCKA_LIBS)
tests_unit_test_service_LDADD = $(engine_test_libs)
tests_unit_test_service_engine_LDADD = $(engine_test_libs)

check_PROGRAMS += tests/fuzz/fuzz_control
tests_fuzz_fuzz_control_SOURCES = tests/fuzz/fuzz_control.c $(control_test_help)
tests_fuzz_fuzz_control_LDADD = $(engine_test_libs)
if FUZZERS
tests_fuzz_fuzz_control_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
else
tests_fuzz_fuzz_control_SOURCES += tests/fuzz/replay.c
endif

EXTRA_DIST += tests/fuzz/corpus/control
