# libraries of the daemon's rooms, and the daemon
noinst_LIBRARIES += injector/libbase.a
injector_libbase_a_SOURCES = \
	injector/base/addr.c injector/base/addr.h \
	injector/base/clock.c injector/base/clock.h \
	injector/base/ipc.c injector/base/ipc.h \
	injector/base/log.c injector/base/log.h

noinst_LIBRARIES += injector/libkeeper.a
injector_libkeeper_a_SOURCES = \
	injector/keeper/lease.c injector/keeper/lease.h \
	injector/keeper/plan.c injector/keeper/plan.h
