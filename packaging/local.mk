# how zanycastd is started: a unit, scripts for SysV init, and the file with their options
substitute = sed -e 's,[@]sbindir[@],$(sbindir),g' -e 's,[@]conf_dir[@],$(conf_dir),g' \
	-e 's,[@]pid_file[@],$(pid_file),g'
started_by = packaging/systemd/zanycast.service \
	packaging/sysv/zanycast.debian packaging/sysv/zanycast.redhat
$(started_by): Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(substitute) $(srcdir)/$@.in >$@.new && mv $@.new $@
packaging/systemd/zanycast.service: packaging/systemd/zanycast.service.in
packaging/sysv/zanycast.debian: packaging/sysv/zanycast.debian.in
packaging/sysv/zanycast.redhat: packaging/sysv/zanycast.redhat.in

# the scripts to copy from: which of them is /etc/init.d/zanycast, a package or an operator knows
initdir = $(pkgdatadir)/init
dist_init_DATA = packaging/zanycast.default
init_SCRIPTS = packaging/sysv/zanycast.debian packaging/sysv/zanycast.redhat
if SYSTEMD_UNIT
systemdsystemunit_DATA = packaging/systemd/zanycast.service
endif
noinst_DATA = packaging/systemd/zanycast.service
CLEANFILES += $(started_by)
# where distcheck may install
AM_DISTCHECK_CONFIGURE_FLAGS = --with-systemdsystemunitdir='$$(prefix)/lib/systemd/system'
