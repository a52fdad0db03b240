# tests of zapidump, and of words for messages
dump_test_libs = dump/libdump.a zapi/libzapi.a injector/libbase.a

check_PROGRAMS += \
	tests/unit/test_dump \
	tests/unit/test_words \
	tests/fuzz/fuzz_recording
TESTS += \
	tests/unit/test_dump \
	tests/unit/test_words
EXTRA_DIST += tests/fuzz/corpus/recording

tests_unit_test_dump_SOURCES = tests/unit/test_dump.c \
	tests/unit/test_zapi_golden.c tests/unit/test_zapi_golden.h
tests_unit_test_dump_LDADD = $(dump_test_libs) $(CMOCKA_LIBS)
tests_unit_test_words_SOURCES = tests/unit/test_words.c \
	tests/unit/test_zapi_golden.c tests/unit/test_zapi_golden.h
tests_unit_test_words_LDADD = $(dump_test_libs) $(CMOCKA_LIBS)

tests_fuzz_fuzz_recording_SOURCES = tests/fuzz/fuzz_recording.c $(FUZZ_REPLAY)
tests_fuzz_fuzz_recording_LDADD = $(dump_test_libs)
tests_fuzz_fuzz_recording_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
