# what the routing daemons make of our routes, by their vty sockets
noinst_LIBRARIES += injector/libbeyond.a
injector_libbeyond_a_SOURCES = \
	injector/beyond/ask.c \
	injector/beyond/beyond.c injector/beyond/beyond.h \
	injector/beyond/deaf.c injector/beyond/deaf.h \
	injector/beyond/filter.c injector/beyond/filter.h \
	injector/beyond/note.c \
	injector/beyond/parse.c injector/beyond/parse.h \
	injector/beyond/remedy.c injector/beyond/remedy.h \
	injector/beyond/state.h \
	injector/beyond/vty.c injector/beyond/vty.h
