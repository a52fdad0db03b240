# sources of dump/
noinst_LIBRARIES += dump/libdump.a
dump_libdump_a_SOURCES = \
	dump/frames.c dump/frames.h \
	dump/guess.c dump/guess.h \
	dump/lines.c dump/lines.h \
	dump/out.c dump/out.h \
	dump/play.c dump/play.h \
	dump/print.c dump/print.h \
	dump/proxy.c dump/proxy.h \
	dump/recording.c dump/recording.h \
	dump/relay.c dump/relay.h \
	dump/seek.c dump/seek.h \
	dump/tap.c dump/tap.h

sbin_PROGRAMS += dump/zapidump
dump_zapidump_SOURCES = dump/main.c
dump_zapidump_LDADD = dump/libdump.a zapi/libzapi.a injector/libbase.a $(LIBEVENT_LIBS)
dist_man_MANS += dump/zapidump.8
TESTS += dump/test-proxy dump/test-sessions
EXTRA_DIST += dump/test-proxy dump/test-sessions
