# the engine and zanycastctl
noinst_LIBRARIES += injector/libengine.a
injector_libengine_a_SOURCES = \
	injector/engine/checkpoint.c \
	injector/engine/control.c injector/engine/control.h \
	injector/engine/engine.c injector/engine/engine.h \
	injector/engine/history.c injector/engine/history.h \
	injector/engine/hooks.c injector/engine/hooks.h \
	injector/engine/request.c injector/engine/request.h \
	injector/engine/sandbox.c injector/engine/sandbox.h \
	injector/engine/service.c injector/engine/service.h \
	injector/engine/show.c injector/engine/show.h \
	injector/engine/uplink.c injector/engine/uplink.h \
	injector/engine/verdicts.c injector/engine/verdicts.h \
	injector/engine/why.c injector/engine/why.h \
	injector/engine/world.c injector/engine/world.h

# main.c apart, so that tests link the rest
noinst_LIBRARIES += injector/libctl.a
injector_libctl_a_SOURCES = \
	injector/ctl/client.c injector/ctl/client.h \
	injector/ctl/print.c injector/ctl/print.h \
	injector/ctl/table.c injector/ctl/table.h \
	injector/ctl/words.c injector/ctl/words.h

bin_PROGRAMS += injector/zanycastctl
injector_zanycastctl_SOURCES = injector/ctl/main.c
injector_zanycastctl_LDADD = injector/libctl.a injector/libbase.a $(JSON_LIBS)
dist_man_MANS += injector/zanycastctl.8
