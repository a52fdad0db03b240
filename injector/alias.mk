# addresses on lo with a lifetime, by netlink
noinst_LIBRARIES += injector/libalias.a
injector_libalias_a_SOURCES = \
	injector/alias/alias.c injector/alias/alias.h \
	injector/alias/netlink.c injector/alias/netlink.h \
	injector/alias/table.c injector/alias/table.h \
	injector/alias/wire.c injector/alias/wire.h
