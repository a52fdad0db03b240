# the keeper's sockets: netlink, zebra, the daemons' vtys
noinst_LIBRARIES += injector/libkeeperio.a
injector_libkeeperio_a_SOURCES = \
	injector/keeper/alias.c injector/keeper/alias.h \
	injector/keeper/alias_table.c injector/keeper/alias_table.h \
	injector/keeper/alias_wire.c injector/keeper/alias_wire.h \
	injector/keeper/beyond.c injector/keeper/beyond.h \
	injector/keeper/beyond_ask.c injector/keeper/beyond_state.h \
	injector/keeper/beyond_filter.c injector/keeper/beyond_filter.h \
	injector/keeper/beyond_note.c \
	injector/keeper/beyond_parse.c injector/keeper/beyond_parse.h \
	injector/keeper/deaf.c injector/keeper/deaf.h \
	injector/keeper/identity.c injector/keeper/identity.h \
	injector/keeper/netlink.c injector/keeper/netlink.h \
	injector/keeper/remedy.c injector/keeper/remedy.h \
	injector/keeper/version.c injector/keeper/version.h \
	injector/keeper/vty.c injector/keeper/vty.h \
	injector/keeper/zebra.c injector/keeper/zebra.h
