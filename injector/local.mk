# libraries of the daemon's rooms, and the daemon
noinst_LIBRARIES += injector/libbase.a
injector_libbase_a_SOURCES = \
	injector/base/addr.c injector/base/addr.h \
	injector/base/backoff.c injector/base/backoff.h \
	injector/base/child.c injector/base/child.h \
	injector/base/clock.c injector/base/clock.h \
	injector/base/ipc.c injector/base/ipc.h \
	injector/base/log.c injector/base/log.h \
	injector/base/netns.c injector/base/netns.h \
	injector/base/notify.c injector/base/notify.h

noinst_LIBRARIES += injector/libkeeper.a
injector_libkeeper_a_SOURCES = \
	injector/keeper/apply.c \
	injector/keeper/configure.c \
	injector/keeper/drains.c injector/keeper/drains.h \
	injector/keeper/hear.c \
	injector/keeper/identity.c injector/keeper/identity.h \
	injector/keeper/keeper.c injector/keeper/keeper.h \
	injector/keeper/lease.c injector/keeper/lease.h \
	injector/keeper/manager.c injector/keeper/manager.h \
	injector/keeper/offspring.c injector/keeper/offspring.h \
	injector/keeper/pace.c injector/keeper/pace.h \
	injector/keeper/pidfile.c injector/keeper/pidfile.h \
	injector/keeper/plan.c injector/keeper/plan_decide.c injector/keeper/plan.h \
	injector/keeper/plan_state.h \
	injector/keeper/reload.c injector/keeper/reload.h \
	injector/keeper/respawn.c injector/keeper/respawn.h \
	injector/keeper/route.c injector/keeper/route.h \
	injector/keeper/route_act.c injector/keeper/route_tell.c injector/keeper/route_state.h \
	injector/keeper/route_table.c injector/keeper/route_table.h \
	injector/keeper/serve.c \
	injector/keeper/succession.c injector/keeper/succession.h \
	injector/keeper/start.c injector/keeper/start.h \
	injector/keeper/state.h \
	injector/keeper/tenant.c injector/keeper/tenant.h \
	injector/keeper/version.c injector/keeper/version.h \
	injector/keeper/vrf.c injector/keeper/vrf.h \
	injector/keeper/zebra.c injector/keeper/zebra.h

include injector/alias.mk
include injector/beyond.mk
include injector/conf.mk
include injector/checks.mk
include injector/engine.mk

sbin_PROGRAMS += injector/zanycastd
injector_zanycastd_SOURCES = injector/main.c
injector_zanycastd_LDADD = \
	injector/libkeeper.a injector/libalias.a injector/libbeyond.a zapi/libzapi.a \
	injector/libengine.a injector/libchecks.a injector/librunner.a \
	injector/libconf.a injector/libbase.a zapi/libzapi.a \
	$(LIBEVENT_LIBS) $(LIBNL_LIBS) $(LDNS_LIBS) $(CONFUSE_LIBS) $(JSON_LIBS) \
	$(CAPNG_LIBS) $(SECCOMP_LIBS)
dist_man_MANS += injector/zanycastd.8
