# civicgrid
#
#   make, make install, make installcheck   as for any module of contrib
#   make demo, make check                   everything, from a bare Debian on
#   make check-matrix, make bench           see CONTRIBUTING.md

# Goals that prepare the machine themselves: they must work before PostgreSQL
# is there, so they come without PGXS.
PREPARING = demo check check-matrix bench

ifneq ($(filter $(PREPARING),$(MAKECMDGOALS)),)

.PHONY: $(PREPARING)
demo: ; @tools/prepare.sh demo/demo.sh
check: ; @tools/prepare.sh tools/check.sh
check-matrix: ; @tools/matrix.sh
bench: ; @tools/prepare.sh test/bench/bench.sh

else

PG_CONFIG ?= pg_config

EXTENSION = civicgrid
EXTVERSION = $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" $(srcdir)/civicgrid.control)

MODULE_big = civicgrid
OBJS = \
	src/core/caseno.o \
	src/core/checksum.o \
	src/core/classifier.o \
	src/core/classifier_cold.o \
	src/core/classifier_collect.o \
	src/core/classifier_extend.o \
	src/core/classifier_rules.o \
	src/core/classifier_solve.o \
	src/core/classifier_text.o \
	src/core/classifier_train.o \
	src/core/classifier_write.o \
	src/core/code.o \
	src/core/datum.o \
	src/core/dispatcher.o \
	src/core/dispatcher_compile.o \
	src/core/dispatcher_cover.o \
	src/core/dispatcher_duties.o \
	src/core/dispatcher_roles.o \
	src/core/dispatcher_solve.o \
	src/core/dispatcher_takeover.o \
	src/core/dispatcher_train.o \
	src/core/geodesic.o \
	src/core/geomwire.o \
	src/core/gridmap.o \
	src/core/gridmap_build.o \
	src/core/gridmap_leaf.o \
	src/core/gridmap_near.o \
	src/core/gridmap_tiles.o \
	src/core/json.o \
	src/core/orient.o \
	src/core/phrases.o \
	src/core/phrases_build.o \
	src/core/routing.o \
	src/core/rulebook.o \
	src/core/rulebook_build.o \
	src/core/rulebook_cases.o \
	src/core/rulebook_check.o \
	src/core/rulebook_check_leads.o \
	src/core/rulebook_check_rows.o \
	src/core/rulebook_check_terms.o \
	src/core/rulebook_compare.o \
	src/core/rulebook_compare_terms.o \
	src/core/rulebook_compile.o \
	src/core/rulebook_derive.o \
	src/core/rulebook_explain.o \
	src/core/rulebook_index.o \
	src/core/rulebook_leads.o \
	src/core/rulebook_open.o \
	src/core/rulebook_order.o \
	src/core/rulebook_outcomes.o \
	src/core/rulebook_regions.o \
	src/core/rulebook_sets.o \
	src/core/rulebook_space.o \
	src/core/rulebook_tree.o \
	src/core/term.o \
	src/core/textcluster.o \
	src/core/textcluster_collect.o \
	src/core/textcluster_link.o \
	src/core/textfold.o \
	src/core/textnumber.o \
	src/core/textprint.o \
	src/core/workcal_axis.o \
	src/core/workcal_date.o \
	src/core/workcal_due.o \
	src/core/workcal_explain.o \
	src/core/workcal_json.o \
	src/core/workcal_text.o \
	src/pg/case_act.o \
	src/pg/case_check.o \
	src/pg/case_intake.o \
	src/pg/case_journal.o \
	src/pg/case_right.o \
	src/pg/case_row.o \
	src/pg/case_tell.o \
	src/pg/caseno.o \
	src/pg/civicgrid.o \
	src/pg/classifier.o \
	src/pg/classifier_cache.o \
	src/pg/classifier_cold.o \
	src/pg/classifier_extend.o \
	src/pg/classifier_text.o \
	src/pg/classify.o \
	src/pg/clock.o \
	src/pg/code.o \
	src/pg/code_support.o \
	src/pg/codefault.o \
	src/pg/core_memory.o \
	src/pg/datum.o \
	src/pg/dispatcher.o \
	src/pg/dispatcher_duties.o \
	src/pg/dispatcher_recommend.o \
	src/pg/drop_guard.o \
	src/pg/due.o \
	src/pg/geomfault.o \
	src/pg/grid_edition.o \
	src/pg/gridmap.o \
	src/pg/gridmap_ahead.o \
	src/pg/gridmap_cache.o \
	src/pg/gridmap_geometry.o \
	src/pg/hotissue.o \
	src/pg/options.o \
	src/pg/query_rows.o \
	src/pg/routing.o \
	src/pg/rulebook.o \
	src/pg/rulebook_agg.o \
	src/pg/rulebook_cache.o \
	src/pg/rulebook_differences.o \
	src/pg/rulebook_explain.o \
	src/pg/rulebook_faults.o \
	src/pg/rulebook_item.o \
	src/pg/rulebook_route.o \
	src/pg/rulebook_rows.o \
	src/pg/term.o \
	src/pg/textfold.o \
	src/pg/textprint.o \
	src/pg/value_io.o \
	src/pg/workcal.o \
	src/pg/workcal_cache.o \
	src/pg/workcal_fault.o

DATA = $(patsubst $(srcdir)/%,%,$(wildcard $(srcdir)/sql/upgrade/civicgrid--*.sql))
DATA_built = $(CREATE_SCRIPT) $(OPEN_STEP)
CREATE_SCRIPT = sql/civicgrid--$(EXTVERSION).sql
SQL_PARTS = $(sort $(wildcard $(srcdir)/sql/install/*.sql))
# The step to a version not yet released: its head, then every part that is new
# in that version, so that nothing is written twice.
OPEN_STEP = $(patsubst $(srcdir)/sql/upgrade/open/%,sql/%,$(wildcard $(srcdir)/sql/upgrade/open/civicgrid--*.sql))
NEW_SQL_PARTS = $(sort $(wildcard $(srcdir)/sql/install/[789a-z]*.sql))
EXTRA_CLEAN = $(OBJS:.o=.d)

# Inputs live in test/, expected output in expected/.
REGRESS = setup code planner caseno taxonomy gridmap datum grid_cell grid_check grid_edition term workcal due calendar calendar_import calendar_publish textfold classifier classifier_cold class_load taxonomy_edition classifier_eval class_feedback textprint hot_issue unit duty rulebook rulebook_edition dispute duty_learning case_intake case_verb case_journal case_tick case_role case_guard case_guard_engine case_levels case_growth case_tell case_view sanity
# soft errors came with 16
ifeq ($(filter 15,$(shell $(PG_CONFIG) --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')),)
REGRESS += soft_errors
endif
REGRESS_OPTS = --encoding=UTF8 --inputdir=$(srcdir)/test --load-extension=postgis --load-extension=civicgrid
ISOLATION = iso_class_feedback iso_drop_guard iso_new_caseno iso_publish_calendar iso_publish_grid iso_publish_taxonomy iso_publish_rulebook iso_dispute iso_case_race iso_case_tick iso_report_event
ISOLATION_OPTS = --encoding=UTF8 --inputdir=$(srcdir)/test --outputdir=. --load-extension=postgis --load-extension=civicgrid
TAP_TESTS = 1
PROVE_TESTS = $(srcdir)/test/t/*.pl

PG_CPPFLAGS = -I$(srcdir)/src $(shell pkg-config --cflags icu-uc) -DCIVICGRID_VERSION='"$(EXTVERSION)"'
PG_CFLAGS = -Wextra -Wno-unused-parameter -Wno-missing-field-initializers
SHLIB_LINK = -Wl,--version-script=$(srcdir)/civicgrid.map $(shell pkg-config --libs icu-uc) -lm

PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# what Makefile.global sets, and so cannot be set before
PROVE_FLAGS += -I $(srcdir)/test/perl
# for the objects alone: the bitcode would write the same files
$(OBJS): override CPPFLAGS += -MMD -MP
-include $(OBJS:.o=.d)

$(CREATE_SCRIPT): $(SQL_PARTS) $(srcdir)/civicgrid.control
	@mkdir -p $(@D)
	cat $(SQL_PARTS) > $@

$(OPEN_STEP): sql/%: $(srcdir)/sql/upgrade/open/% $(NEW_SQL_PARTS)
	@mkdir -p $(@D)
	cat $< $(NEW_SQL_PARTS) > $@

endif
