# sources of zapi/
noinst_LIBRARIES += zapi/libzapi.a
zapi_libzapi_a_SOURCES = \
	zapi/batch.c zapi/batch.h \
	zapi/body.h \
	zapi/detect.c zapi/detect.h \
	zapi/dialect.c zapi/dialect.h \
	zapi/encode.c \
	zapi/expected.c zapi/expected.h \
	zapi/lookup.c \
	zapi/message.c zapi/message.h \
	zapi/names.c zapi/names.h \
	zapi/nexthop.c zapi/nexthop.h \
	zapi/outbuf.c zapi/outbuf.h \
	zapi/phrase.c zapi/phrase.h \
	zapi/questions.c zapi/questions.h \
	zapi/release.c zapi/release.h \
	zapi/route.c \
	zapi/session.c zapi/session_find.c zapi/session_out.c zapi/session.h zapi/session_state.h \
	zapi/wire.c zapi/wire.h \
	zapi/words.c zapi/words.h
