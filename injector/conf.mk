# the configuration
noinst_LIBRARIES += injector/libconf.a
injector_libconf_a_SOURCES = \
	injector/conf/apart.c \
	injector/conf/conf.c injector/conf/conf.h \
	injector/conf/dnsword.c \
	injector/conf/fill.c injector/conf/fill.h \
	injector/conf/hint.c \
	injector/conf/host.c \
	injector/conf/json_read.c \
	injector/conf/json_write.c \
	injector/conf/keyword.c \
	injector/conf/lexical.c \
	injector/conf/parse.c injector/conf/parse.h \
	injector/conf/raw.c injector/conf/raw.h \
	injector/conf/read.h \
	injector/conf/refuse.c \
	injector/conf/source.c injector/conf/source.h \
	injector/conf/store.c injector/conf/store.h \
	injector/conf/table.c injector/conf/table.h \
	injector/conf/validate.c \
	injector/conf/value.c injector/conf/value.h \
	injector/conf/where.c
dist_man_MANS += injector/zanycast.conf.5
EXTRA_DIST += injector/zanycast.conf.example
