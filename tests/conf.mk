# tests of the configuration
conf_test_libs = injector/libconf.a injector/libbase.a zapi/libzapi.a \
	$(CONFUSE_LIBS) $(JSON_LIBS)

check_PROGRAMS += tests/unit/test_conf tests/unit/test_conf_apart \
	tests/unit/test_conf_json tests/unit/test_conf_page
TESTS += tests/unit/test_conf tests/unit/test_conf_apart \
	tests/unit/test_conf_json tests/unit/test_conf_page
tests_unit_test_conf_LDADD = $(conf_test_libs) $(CMOCKA_LIBS)
tests_unit_test_conf_apart_LDADD = $(conf_test_libs) $(CMOCKA_LIBS)
tests_unit_test_conf_json_LDADD = $(conf_test_libs) $(CMOCKA_LIBS)
tests_unit_test_conf_page_LDADD = $(conf_test_libs) $(CMOCKA_LIBS)

check_PROGRAMS += tests/fuzz/fuzz_conf_json
tests_fuzz_fuzz_conf_json_SOURCES = tests/fuzz/fuzz_conf_json.c
tests_fuzz_fuzz_conf_json_LDADD = $(conf_test_libs)
if FUZZERS
tests_fuzz_fuzz_conf_json_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
else
tests_fuzz_fuzz_conf_json_SOURCES += tests/fuzz/replay.c
endif

EXTRA_DIST += \
	tests/fuzz/corpus/conf_json/all \
	tests/fuzz/corpus/conf_json/cut \
	tests/fuzz/corpus/conf_json/deep \
	tests/fuzz/corpus/conf_json/empty \
	tests/fuzz/corpus/conf_json/example \
	tests/fuzz/corpus/conf_json/number \
	tests/fuzz/corpus/conf_json/zero \
	tests/unit/conf/accounts.conf \
	tests/unit/conf/accounts.err \
	tests/unit/conf/brace.conf \
	tests/unit/conf/brace.err \
	tests/unit/conf/broken.conf \
	tests/unit/conf/broken.err \
	tests/unit/conf/checks.conf \
	tests/unit/conf/checks.err \
	tests/unit/conf/empty-lists.conf \
	tests/unit/conf/empty-lists.err \
	tests/unit/conf/good-all.conf \
	tests/unit/conf/inside.conf \
	tests/unit/conf/inside.err \
	tests/unit/conf/prefixes.conf \
	tests/unit/conf/prefixes.err \
	tests/unit/conf/services.conf \
	tests/unit/conf/services.err \
	tests/unit/conf/twice.conf \
	tests/unit/conf/twice.err \
	tests/unit/conf/values.conf \
	tests/unit/conf/values.err \
	tests/unit/conf/words.conf \
	tests/unit/conf/words.err
