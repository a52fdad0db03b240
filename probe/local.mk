# sources of probe/
sbin_PROGRAMS += probe/zanycast-probe
probe_zanycast_probe_SOURCES = probe/probe.c probe/tally.c probe/tally.h
probe_zanycast_probe_LDADD = $(LDNS_LIBS)
dist_man_MANS += probe/zanycast-probe.8
TESTS += probe/test-lies
EXTRA_DIST += probe/test-lies
