# checks and the runner
noinst_LIBRARIES += injector/libchecks.a injector/librunner.a
injector_libchecks_a_SOURCES = \
	injector/checks/cause.c injector/checks/cause.h \
	injector/checks/check.c injector/checks/check.h \
	injector/checks/connection.c injector/checks/connection.h \
	injector/checks/device.c injector/checks/device.h \
	injector/checks/dns.c \
	injector/checks/dns_message.c injector/checks/dns_message.h \
	injector/checks/dns_sockets.c injector/checks/dns_sockets.h \
	injector/checks/dns_stream.c injector/checks/dns_stream.h \
	injector/checks/exec.c \
	injector/checks/listener.c injector/checks/listener.h \
	injector/checks/listener_watch.c injector/checks/listener_watch.h \
	injector/checks/sock_diag.c injector/checks/sock_diag.h \
	injector/checks/tcp.c \
	injector/checks/text.c injector/checks/text.h
injector_librunner_a_SOURCES = \
	injector/runner/link.c injector/runner/link.h \
	injector/runner/program.c injector/runner/program.h \
	injector/runner/protocol.h \
	injector/runner/run.c injector/runner/run.h \
	injector/runner/runner.c \
	injector/runner/user.c
