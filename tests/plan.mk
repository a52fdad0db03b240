# tests of the keeper's pure parts: the plan and the lease
check_PROGRAMS += \
	tests/unit/test_lease \
	tests/unit/test_plan \
	tests/unit/test_plan_random
TESTS += \
	tests/unit/test_lease \
	tests/unit/test_plan \
	tests/unit/test_plan_random
EXTRA_DIST += doc/plan.md

tests_unit_test_lease_SOURCES = tests/unit/test_lease.c
tests_unit_test_lease_LDADD = injector/libkeeper.a injector/libbase.a $(CMOCKA_LIBS)

tests_unit_test_plan_SOURCES = \
	tests/unit/test_plan.c \
	tests/unit/plan_world.c tests/unit/plan_world.h
tests_unit_test_plan_LDADD = injector/libkeeper.a injector/libbase.a $(CMOCKA_LIBS)

tests_unit_test_plan_random_SOURCES = \
	tests/unit/test_plan_random.c \
	tests/unit/plan_world.c tests/unit/plan_world.h
tests_unit_test_plan_random_LDADD = injector/libkeeper.a injector/libbase.a $(CMOCKA_LIBS)
