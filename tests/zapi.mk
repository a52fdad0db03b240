# tests of zapi/, and what all fuzz targets share
if FUZZERS
FUZZ_REPLAY =
else
FUZZ_REPLAY = tests/fuzz/replay.c
endif

check_PROGRAMS += \
	tests/unit/test_zapi_codec \
	tests/unit/test_zapi_release \
	tests/unit/test_zapi_session \
	tests/unit/test_zapi_told \
	tests/fuzz/fuzz_zapi_decode \
	tests/fuzz/fuzz_zapi_release \
	tests/fuzz/fuzz_zapi_session
TESTS += \
	tests/unit/test_zapi_codec \
	tests/unit/test_zapi_release \
	tests/unit/test_zapi_session \
	tests/unit/test_zapi_told \
	tests/fuzz/corpus.sh
EXTRA_DIST += \
	tests/golden \
	tests/fuzz/corpus.sh \
	tests/fuzz/corpus/zapi_decode \
	tests/fuzz/corpus/zapi_release \
	tests/fuzz/corpus/zapi_session

tests_unit_test_zapi_codec_SOURCES = \
	tests/unit/test_zapi_codec.c \
	tests/unit/test_zapi_golden.c tests/unit/test_zapi_golden.h
tests_unit_test_zapi_codec_LDADD = $(dump_test_libs) $(CMOCKA_LIBS)

tests_unit_test_zapi_release_SOURCES = tests/unit/test_zapi_release.c
tests_unit_test_zapi_release_LDADD = zapi/libzapi.a $(CMOCKA_LIBS)

zapi_test_world = \
	tests/unit/test_zapi_world.c tests/unit/test_zapi_world.h \
	tests/unit/test_zapi_fake.c tests/unit/test_zapi_fake.h \
	tests/unit/test_zapi_golden.c tests/unit/test_zapi_golden.h
tests_unit_test_zapi_session_SOURCES = tests/unit/test_zapi_session.c $(zapi_test_world)
tests_unit_test_zapi_session_LDADD = $(dump_test_libs) $(CMOCKA_LIBS)

tests_unit_test_zapi_told_SOURCES = tests/unit/test_zapi_told.c $(zapi_test_world)
tests_unit_test_zapi_told_LDADD = $(dump_test_libs) $(CMOCKA_LIBS)

tests_fuzz_fuzz_zapi_decode_SOURCES = tests/fuzz/fuzz_zapi_decode.c $(FUZZ_REPLAY)
tests_fuzz_fuzz_zapi_decode_LDADD = zapi/libzapi.a
tests_fuzz_fuzz_zapi_decode_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

tests_fuzz_fuzz_zapi_release_SOURCES = tests/fuzz/fuzz_zapi_release.c $(FUZZ_REPLAY)
tests_fuzz_fuzz_zapi_release_LDADD = zapi/libzapi.a
tests_fuzz_fuzz_zapi_release_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)

tests_fuzz_fuzz_zapi_session_SOURCES = tests/fuzz/fuzz_zapi_session.c $(FUZZ_REPLAY)
tests_fuzz_fuzz_zapi_session_LDADD = zapi/libzapi.a
tests_fuzz_fuzz_zapi_session_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
