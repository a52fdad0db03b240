# tests of base/ and of the keeper's smaller parts
zebra_test_libs = injector/libkeeper.a injector/libbeyond.a zapi/libzapi.a injector/libbase.a \
	$(LIBEVENT_LIBS)

check_PROGRAMS += tests/unit/test_base tests/unit/test_drains tests/unit/test_identity \
	tests/unit/test_notify tests/unit/test_succession tests/unit/test_vrf tests/unit/test_zebra
TESTS += tests/unit/test_base tests/unit/test_drains tests/unit/test_identity \
	tests/unit/test_notify tests/unit/test_succession tests/unit/test_vrf tests/unit/test_zebra
tests_unit_test_base_SOURCES = tests/unit/test_base.c
tests_unit_test_base_LDADD = injector/libbase.a $(CMOCKA_LIBS)
tests_unit_test_drains_SOURCES = tests/unit/test_drains.c
tests_unit_test_drains_LDADD = injector/libkeeper.a injector/libbase.a $(JSON_LIBS) $(CMOCKA_LIBS)
tests_unit_test_identity_SOURCES = tests/unit/test_identity.c
tests_unit_test_identity_LDADD = $(zebra_test_libs) $(CMOCKA_LIBS)
tests_unit_test_notify_SOURCES = tests/unit/test_notify.c
tests_unit_test_notify_LDADD = injector/libkeeper.a injector/libbase.a $(LIBEVENT_LIBS) \
	$(CMOCKA_LIBS)
tests_unit_test_succession_SOURCES = tests/unit/test_succession.c
tests_unit_test_succession_LDADD = injector/libkeeper.a injector/libbase.a $(CMOCKA_LIBS)
tests_unit_test_vrf_SOURCES = tests/unit/test_vrf.c
tests_unit_test_vrf_LDADD = injector/libkeeper.a zapi/libzapi.a injector/libbase.a $(CMOCKA_LIBS)
tests_unit_test_zebra_SOURCES = tests/unit/test_zebra.c
tests_unit_test_zebra_LDADD = $(zebra_test_libs) $(CMOCKA_LIBS)

TESTS += tests/examples.sh
EXTRA_DIST += tests/examples.sh
