# tests of the checks and the runner
check_test_help = tests/unit/test_check_help.c tests/unit/test_check_help.h
check_test_libs = injector/libchecks.a injector/librunner.a injector/libbase.a \
	$(LIBEVENT_LIBS) $(LIBNL_LIBS) $(LDNS_LIBS) $(CAPNG_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_check_device tests/unit/test_check_dns \
	tests/unit/test_check_listener tests/unit/test_check_schedule tests/unit/test_check_tcp tests/unit/test_runner
TESTS += tests/unit/test_check_device tests/unit/test_check_dns \
	tests/unit/test_check_listener tests/unit/test_check_schedule tests/unit/test_check_tcp tests/unit/test_runner
tests_unit_test_check_device_SOURCES = tests/unit/test_check_device.c $(check_test_help)
tests_unit_test_check_device_LDADD = $(check_test_libs)
tests_unit_test_check_dns_SOURCES = tests/unit/test_check_dns.c $(check_test_help)
tests_unit_test_check_dns_LDADD = $(check_test_libs)
tests_unit_test_check_listener_SOURCES = tests/unit/test_check_listener.c $(check_test_help)
tests_unit_test_check_listener_LDADD = $(check_test_libs)
tests_unit_test_check_schedule_SOURCES = tests/unit/test_check_schedule.c $(check_test_help)
tests_unit_test_check_schedule_LDADD = $(check_test_libs)
tests_unit_test_check_tcp_SOURCES = tests/unit/test_check_tcp.c $(check_test_help)
tests_unit_test_check_tcp_LDADD = $(check_test_libs)
tests_unit_test_runner_SOURCES = tests/unit/test_runner.c $(check_test_help)
tests_unit_test_runner_LDADD = $(check_test_libs)

check_PROGRAMS += tests/fuzz/fuzz_dns_answer tests/fuzz/fuzz_sockdiag
tests_fuzz_fuzz_dns_answer_SOURCES = tests/fuzz/fuzz_dns_answer.c
tests_fuzz_fuzz_dns_answer_LDADD = $(check_test_libs)
tests_fuzz_fuzz_sockdiag_SOURCES = tests/fuzz/fuzz_sockdiag.c
tests_fuzz_fuzz_sockdiag_LDADD = $(check_test_libs)
if FUZZERS
tests_fuzz_fuzz_dns_answer_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_sockdiag_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
else
tests_fuzz_fuzz_dns_answer_SOURCES += tests/fuzz/replay.c
tests_fuzz_fuzz_sockdiag_SOURCES += tests/fuzz/replay.c
endif

EXTRA_DIST += tests/fuzz/corpus/dns_answer tests/fuzz/corpus/sockdiag
