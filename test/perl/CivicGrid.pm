# What the TAP tests of civicgrid share.
#
# A server may have to be told where civicgrid is: the environment variable
# CIVICGRID_SERVER_SETTINGS is text for its postgresql.conf.  It is not needed
# where civicgrid was installed by "make install".

package CivicGrid;

use strict;
use warnings;

use Exporter 'import';
use Test::More;

BEGIN
{
	unless (eval {
			require PostgreSQL::Test::Cluster;
			require PostgreSQL::Test::Utils;
			1;
		})
	{
		my ($why) = split /\n/, $@;
		plan skip_all =>
		  "needs PostgreSQL::Test::Cluster, which PostgreSQL 15 and later bring: $why";
	}
}

our @EXPORT = qw(
  new_node
  install
  new_database
  catalogue
  table_digest
  explain_plan
  plan_is
  refused
  verbose_error
);

# A running server.  Option conf is further text for postgresql.conf; option
# start => 0 leaves it stopped.
sub new_node
{
	my ($name, %opts) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
	$node->append_conf('postgresql.conf', <<"EOS");
fsync = off
log_statement = none
timezone = 'UTC'
max_connections = 100
autovacuum = off
EOS
	$node->append_conf('postgresql.conf', $ENV{CIVICGRID_SERVER_SETTINGS})
	  if defined $ENV{CIVICGRID_SERVER_SETTINGS};
	$node->append_conf('postgresql.conf', $opts{conf}) if defined $opts{conf};
	$node->start unless defined $opts{start} && !$opts{start};
	return $node;
}

# CREATE EXTENSION, and PostGIS with it.
sub install
{
	my ($node, $dbname) = @_;

	$node->safe_psql($dbname,
		'SET client_min_messages = warning; CREATE EXTENSION civicgrid CASCADE');
	return;
}

# A database of its own with civicgrid in it.
sub new_database
{
	my ($node, $dbname) = @_;

	$node->safe_psql('postgres', "CREATE DATABASE $dbname");
	install($node, $dbname);
	return;
}

# EXPLAIN (COSTS OFF), after the settings given.
sub explain_plan
{
	my ($node, $dbname, $sql, $settings) = @_;

	return $node->safe_psql($dbname,
		($settings // '') . ";\nEXPLAIN (COSTS OFF) $sql");
}

# Is the plan of a query of the kind that is wanted?  $wanted is a regular
# expression or a list of them.
sub plan_is
{
	my ($node, $dbname, $sql, $settings, $wanted, $name) = @_;
	my $plan = explain_plan($node, $dbname, $sql, $settings);
	my @missing =
	  grep { $plan !~ $_ } (ref $wanted eq 'ARRAY' ? @$wanted : ($wanted));

	local $Test::Builder::Level = $Test::Builder::Level + 1;
	ok(!@missing, "plan: $name")
	  or diag("plan of: $sql\n$plan\nlacks: @missing");
	return;
}

# What psql says of an error, with its SQLSTATE; '' if there was none.
sub verbose_error
{
	my ($node, $dbname, $sql) = @_;
	my ($ret, $stdout, $stderr) =
	  $node->psql($dbname, "\\set VERBOSITY verbose\n$sql");

	return $ret == 0 ? '' : $stderr;
}

# Does a command fail with this SQLSTATE, and does what psql prints of it
# (message, DETAIL, HINT) match the regular expressions?
sub refused
{
	my ($node, $dbname, $sql, $sqlstate, $name, @wanted) = @_;
	my $error = verbose_error($node, $dbname, $sql);
	my @missing =
	  grep { $error !~ $_ } (qr/^(?:psql:\S+ )?ERROR:  \Q$sqlstate\E: /m, @wanted);

	local $Test::Builder::Level = $Test::Builder::Level + 1;
	ok(!@missing, $name)
	  or diag("instead of an error $sqlstate with @wanted:\n$error");
	return;
}

# A table's rows as one digest, whatever their order in the file.
sub table_digest
{
	my ($node, $dbname, $table) = @_;

	return $node->safe_psql($dbname, <<"EOS");
SELECT count(*) || ' rows, ' ||
	coalesce(md5(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE "C")), 'none')
FROM $table AS t
EOS
}

# Everything the catalogues say of the extension, as sorted lines of text.
# Object identifiers and the numbers of columns are left out, so that two
# installations which do the same also look the same.
#
# Option around => [before, after] runs SQL in the same session before and
# after the look.
sub catalogue
{
	my ($node, $dbname, %opts) = @_;
	my ($before, $after) = @{ $opts{around} // [ '', '' ] };
	my $out = $node->safe_psql($dbname,
		"$before;\n" . _catalogue_function() . "$after;\n");

	return join("\n", sort split /\n/, $out) . "\n";
}

sub _catalogue_function
{
	return <<'EOS';
CREATE FUNCTION pg_temp.acl(acl aclitem[]) RETURNS text LANGUAGE sql
RETURN (SELECT coalesce(string_agg(a::text, ' ' ORDER BY a::text COLLATE "C"), 'default') FROM unnest(acl) AS a);

-- Which catalogues are looked at below; a member of another one is reported.
CREATE FUNCTION pg_temp.known_classes() RETURNS regclass[] LANGUAGE sql
RETURN ARRAY[
	'pg_cast', 'pg_class', 'pg_event_trigger', 'pg_opclass', 'pg_operator', 'pg_opfamily', 'pg_proc', 'pg_type'
]::regclass[];

CREATE FUNCTION pg_temp.catalogue() RETURNS SETOF text LANGUAGE plpgsql AS $body$
DECLARE
	ext constant oid := (SELECT oid FROM pg_extension WHERE extname = 'civicgrid');
	rel regclass;
	line record;
BEGIN
	-- other schemas' names come out qualified
	PERFORM set_config('search_path', 'pg_catalog', true);

	CREATE TEMP TABLE member ON COMMIT DROP AS
	SELECT d.classid::regclass AS class, d.objid AS id, i.type, i.identity
	FROM pg_depend AS d, pg_identify_object(d.classid, d.objid, 0) AS i
	WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = ext AND d.deptype = 'e';

	-- the members and whatever hangs on them: columns' defaults, indexes, …
	CREATE TEMP TABLE own ON COMMIT DROP AS
	WITH RECURSIVE o AS (
		SELECT class::oid AS classid, id AS objid FROM member
		UNION
		SELECT d.classid, d.objid
		FROM o JOIN pg_depend AS d ON d.refclassid = o.classid AND d.refobjid = o.objid
	)
	SELECT * FROM o;

	RETURN QUERY
	SELECT format('member %s %s', type, identity) FROM member
	UNION ALL
	SELECT format('not known how to compare %s %s', type, identity) FROM member
	WHERE class <> ALL (pg_temp.known_classes());

	RETURN QUERY
	SELECT 'extension ' || json_build_object(
		'version', extversion, 'schema', extnamespace::regnamespace, 'owner', extowner::regrole,
		'relocatable', extrelocatable)
	FROM pg_extension WHERE oid = ext
	UNION ALL
	SELECT format('extension requires %s', e.extname)
	FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid
	WHERE d.classid = 'pg_extension'::regclass AND d.objid = ext AND d.refclassid = 'pg_extension'::regclass
	UNION ALL
	SELECT format('dumped rows of %s: %s', c.relation::regclass, c.condition)
	FROM pg_extension AS e, unnest(e.extconfig, e.extcondition) AS c (relation, condition)
	WHERE e.oid = ext;

	-- the schema is made by CREATE EXTENSION, but no member
	RETURN QUERY
	SELECT format('schema %s: ', n.nspname) || json_build_object(
		'owner', n.nspowner::regrole, 'acl', pg_temp.acl(n.nspacl), 'comment', obj_description(n.oid, 'pg_namespace'))
	FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
	WHERE e.oid = ext;

	RETURN QUERY
	SELECT format('function %s: ', m.identity) || json_build_object(
		'definition', CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END,
		'kind', p.prokind, 'result', pg_get_function_result(p.oid), 'arguments', pg_get_function_arguments(p.oid),
		'language', (SELECT lanname FROM pg_language WHERE oid = p.prolang),
		'library', p.probin, 'source', p.prosrc, 'body', pg_get_function_sqlbody(p.oid),
		'volatile', p.provolatile, 'strict', p.proisstrict, 'parallel', p.proparallel,
		'leakproof', p.proleakproof, 'definer', p.prosecdef, 'support', p.prosupport,
		'cost', p.procost, 'rows', p.prorows, 'settings', p.proconfig,
		'owner', p.proowner::regrole, 'acl', pg_temp.acl(p.proacl))
	FROM member AS m JOIN pg_proc AS p ON p.oid = m.id AND m.class = 'pg_proc'::regclass
	UNION ALL
	SELECT format('aggregate %s: ', m.identity) || json_build_object(
		'kind', a.aggkind, 'direct', a.aggnumdirectargs,
		'functions', ARRAY[a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn,
			a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn]::regprocedure[],
		'sort', a.aggsortop::regoperator, 'state', a.aggtranstype::regtype, 'space', a.aggtransspace,
		'moving', a.aggmtranstype::regtype, 'initial', a.agginitval, 'moving initial', a.aggminitval,
		'modify', ARRAY[a.aggfinalmodify, a.aggmfinalmodify], 'extra', ARRAY[a.aggfinalextra, a.aggmfinalextra])
	FROM member AS m JOIN pg_aggregate AS a ON a.aggfnoid = m.id AND m.class = 'pg_proc'::regclass;

	RETURN QUERY
	SELECT format('type %s: ', m.identity) || json_build_object(
		'kind', t.typtype, 'category', t.typcategory, 'preferred', t.typispreferred, 'defined', t.typisdefined,
		'length', t.typlen, 'by value', t.typbyval, 'align', t.typalign, 'storage', t.typstorage,
		'delimiter', t.typdelim, 'element', t.typelem::regtype, 'array', t.typarray::regtype,
		'subscript', t.typsubscript,
		'functions', ARRAY[t.typinput, t.typoutput, t.typreceive, t.typsend, t.typmodin, t.typmodout, t.typanalyze]::regproc[],
		'base', t.typbasetype::regtype, 'typmod', t.typtypmod, 'not null', t.typnotnull, 'default', t.typdefault,
		'collation', t.typcollation::regcollation, 'owner', t.typowner::regrole, 'acl', pg_temp.acl(t.typacl))
	FROM member AS m JOIN pg_type AS t ON t.oid = m.id AND m.class = 'pg_type'::regclass
	UNION ALL
	SELECT format('enum %s, label %s: %s', m.identity,
		row_number() OVER (PARTITION BY e.enumtypid ORDER BY e.enumsortorder), e.enumlabel)
	FROM member AS m JOIN pg_enum AS e ON e.enumtypid = m.id AND m.class = 'pg_type'::regclass;

	RETURN QUERY
	SELECT format('operator %s: ', m.identity) || json_build_object(
		'function', o.oprcode::regprocedure, 'result', o.oprresult::regtype, 'commutator', o.oprcom::regoperator,
		'negator', o.oprnegate::regoperator, 'restrict', o.oprrest, 'join', o.oprjoin,
		'merges', o.oprcanmerge, 'hashes', o.oprcanhash, 'owner', o.oprowner::regrole)
	FROM member AS m JOIN pg_operator AS o ON o.oid = m.id AND m.class = 'pg_operator'::regclass
	UNION ALL
	SELECT format('operator family %s: ', m.identity) || json_build_object('owner', f.opfowner::regrole)
	FROM member AS m JOIN pg_opfamily AS f ON f.oid = m.id AND m.class = 'pg_opfamily'::regclass
	UNION ALL
	SELECT format('operator family %s: ', m.identity) || json_build_object(
		'operator', o.amopopr::regoperator, 'strategy', o.amopstrategy, 'left', o.amoplefttype::regtype,
		'right', o.amoprighttype::regtype, 'purpose', o.amoppurpose,
		'sort', (SELECT opfname FROM pg_opfamily WHERE oid = o.amopsortfamily))
	FROM member AS m JOIN pg_amop AS o ON o.amopfamily = m.id AND m.class = 'pg_opfamily'::regclass
	UNION ALL
	SELECT format('operator family %s: ', m.identity) || json_build_object(
		'function', p.amproc::regprocedure, 'number', p.amprocnum, 'left', p.amproclefttype::regtype,
		'right', p.amprocrighttype::regtype)
	FROM member AS m JOIN pg_amproc AS p ON p.amprocfamily = m.id AND m.class = 'pg_opfamily'::regclass
	UNION ALL
	SELECT format('operator class %s: ', m.identity) || json_build_object(
		'family', (pg_identify_object('pg_opfamily'::regclass, c.opcfamily, 0)).identity,
		'input', c.opcintype::regtype, 'key', c.opckeytype::regtype, 'default', c.opcdefault, 'owner', c.opcowner::regrole)
	FROM member AS m JOIN pg_opclass AS c ON c.oid = m.id AND m.class = 'pg_opclass'::regclass
	UNION ALL
	SELECT format('cast %s: ', m.identity) || json_build_object(
		'function', c.castfunc::regprocedure, 'context', c.castcontext, 'method', c.castmethod)
	FROM member AS m JOIN pg_cast AS c ON c.oid = m.id AND m.class = 'pg_cast'::regclass;

	RETURN QUERY
	SELECT format('relation %s: ', m.identity) || json_build_object(
		'kind', c.relkind, 'persistence', c.relpersistence, 'replica identity', c.relreplident,
		'row security', ARRAY[c.relrowsecurity, c.relforcerowsecurity], 'options', c.reloptions,
		'method', (SELECT amname FROM pg_am WHERE oid = c.relam), 'tablespace', c.reltablespace,
		'partition', pg_get_expr(c.relpartbound, c.oid), 'partition key', pg_get_partkeydef(c.oid),
		'parents', (SELECT array_agg(i.inhparent::regclass ORDER BY i.inhseqno) FROM pg_inherits AS i WHERE i.inhrelid = c.oid),
		'view', CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END,
		'owner', c.relowner::regrole, 'acl', pg_temp.acl(c.relacl))
	FROM member AS m JOIN pg_class AS c ON c.oid = m.id AND m.class = 'pg_class'::regclass
	UNION ALL
	SELECT format('column %s of %s: ', row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum), m.identity)
		|| json_build_object(
			'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'not null', a.attnotnull,
			'default', pg_get_expr(d.adbin, d.adrelid), 'identity', a.attidentity, 'generated', a.attgenerated,
			'collation', a.attcollation::regcollation, 'storage', a.attstorage, 'compression', a.attcompression,
			-- some servers keep the age of the column as an option (pg_attver)
			'options', ARRAY(SELECT o FROM unnest(a.attoptions) AS o WHERE o !~ '^pg_attver=' ORDER BY o),
			'statistics', nullif(a.attstattarget, -1), 'acl', pg_temp.acl(a.attacl))
	FROM member AS m
		JOIN pg_attribute AS a ON a.attrelid = m.id AND m.class = 'pg_class'::regclass
		LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
	WHERE a.attnum > 0 AND NOT a.attisdropped
	UNION ALL
	SELECT format('constraint %s of %s: ', c.conname, m.identity) || json_build_object(
		'definition', pg_get_constraintdef(c.oid), 'deferrable', c.condeferrable, 'deferred', c.condeferred,
		'validated', c.convalidated, 'local', c.conislocal, 'no inherit', c.connoinherit,
		'index', c.conindid::regclass)
	FROM member AS m JOIN pg_constraint AS c
		ON m.class = 'pg_class'::regclass AND c.conrelid = m.id
			OR m.class = 'pg_type'::regclass AND c.contypid = m.id
	UNION ALL
	SELECT format('index of %s: ', m.identity) || json_build_object(
		'definition', pg_get_indexdef(x.indexrelid), 'valid', x.indisvalid, 'primary', x.indisprimary,
		'clustered', x.indisclustered, 'replica identity', x.indisreplident, 'immediate', x.indimmediate,
		'options', c.reloptions, 'owner', c.relowner::regrole)
	FROM member AS m JOIN pg_index AS x ON x.indrelid = m.id AND m.class = 'pg_class'::regclass
		JOIN pg_class AS c ON c.oid = x.indexrelid
	UNION ALL
	SELECT format('trigger of %s: ', m.identity) || json_build_object(
		'definition', pg_get_triggerdef(t.oid), 'enabled', t.tgenabled)
	FROM member AS m JOIN pg_trigger AS t ON t.tgrelid = m.id AND m.class = 'pg_class'::regclass
	WHERE NOT t.tgisinternal
	UNION ALL
	SELECT format('rule of %s: ', m.identity) || json_build_object(
		'definition', pg_get_ruledef(r.oid), 'enabled', r.ev_enabled)
	FROM member AS m JOIN pg_rewrite AS r ON r.ev_class = m.id AND m.class = 'pg_class'::regclass
	UNION ALL
	SELECT format('policy %s of %s: ', p.polname, m.identity) || json_build_object(
		'command', p.polcmd, 'permissive', p.polpermissive, 'roles', p.polroles::regrole[],
		'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid))
	FROM member AS m JOIN pg_policy AS p ON p.polrelid = m.id AND m.class = 'pg_class'::regclass
	UNION ALL
	SELECT format('statistics of %s: ', m.identity) || pg_get_statisticsobjdef(s.oid)
	FROM member AS m JOIN pg_statistic_ext AS s ON s.stxrelid = m.id AND m.class = 'pg_class'::regclass
	UNION ALL
	SELECT format('sequence %s: ', m.identity) || json_build_object(
		'type', s.seqtypid::regtype, 'start', s.seqstart, 'increment', s.seqincrement, 'max', s.seqmax,
		'min', s.seqmin, 'cache', s.seqcache, 'cycle', s.seqcycle)
	FROM member AS m JOIN pg_sequence AS s ON s.seqrelid = m.id AND m.class = 'pg_class'::regclass;

	RETURN QUERY
	SELECT format('event trigger %s: ', m.identity) || json_build_object(
		'event', t.evtevent, 'tags', t.evttags, 'enabled', t.evtenabled, 'function', t.evtfoid::regprocedure,
		'owner', t.evtowner::regrole)
	FROM member AS m JOIN pg_event_trigger AS t ON t.oid = m.id AND m.class = 'pg_event_trigger'::regclass;

	RETURN QUERY
	SELECT format('comment on %s %s: %s', i.type, i.identity, d.description)
	FROM own AS o JOIN pg_description AS d ON d.classoid = o.classid AND d.objoid = o.objid,
		pg_identify_object(d.classoid, d.objoid, d.objsubid) AS i
	UNION ALL
	SELECT format('initial privileges of %s %s: %s', i.type, i.identity, pg_temp.acl(p.initprivs))
	FROM own AS o JOIN pg_init_privs AS p ON p.classoid = o.classid AND p.objoid = o.objid,
		pg_identify_object(p.classoid, p.objoid, p.objsubid) AS i;

	RETURN QUERY
	SELECT DISTINCT format('%s %s depends on %s %s (%s)', i.type, i.identity, r.type, r.identity, d.deptype)
	FROM own AS o JOIN pg_depend AS d ON d.classid = o.classid AND d.objid = o.objid,
		pg_identify_object(d.classid, d.objid, d.objsubid) AS i,
		pg_identify_object(d.refclassid, d.refobjid, d.refobjsubid) AS r
	WHERE i.identity !~ 'pg_toast_|RI_ConstraintTrigger_' AND r.identity !~ 'pg_toast_|RI_ConstraintTrigger_';

	FOR rel IN
		SELECT m.id FROM member AS m JOIN pg_class AS c ON c.oid = m.id AND m.class = 'pg_class'::regclass
		WHERE c.relkind IN ('r', 'p', 'm')
	LOOP
		RETURN QUERY EXECUTE format('SELECT %L || t::text FROM %s AS t', format('row of %s: ', rel), rel);
	END LOOP;
	FOR rel IN
		SELECT m.id FROM member AS m JOIN pg_class AS c ON c.oid = m.id AND m.class = 'pg_class'::regclass
		WHERE c.relkind = 'S'
	LOOP
		RETURN QUERY EXECUTE format('SELECT format(''position of %s: %%s %%s'', last_value, is_called) FROM %s', rel, rel);
	END LOOP;
END;
$body$;

SELECT replace(c, E'\n', '\n') FROM pg_temp.catalogue() AS c;
EOS
}

1;
