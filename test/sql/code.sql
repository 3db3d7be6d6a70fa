--
-- gridcode and eventcode: input, output, parts, containment
--
SET search_path = civicgrid, public;
\set VERBOSITY default

-- every level, and the spellings filled with zeros
SELECT t AS input, t::gridcode AS code, level(t::gridcode), digits(t::gridcode)
FROM unnest(ARRAY[
    '44', '4403', '440310', '440310001', '440310001001', '440310001001001', '440310001001001001',
    '440000', '440300', '440310001000', '440310000000', '440310001001000', '440310001001001000',
    '441900003', ' 440310 '
]) AS t;

-- up the tree; Dongguan (4419) has streets but no districts
SELECT code,
       parent(code),
       ancestor(code, 'province') AS province,
       ancestor(code, 'city') AS city,
       ancestor(code, 'district') AS district,
       ancestor(code, 'street') AS street,
       ancestor(code, 'building') AS building
FROM unnest('{44,440310001001001,440310001001001009,441900003004}'::gridcode[]) AS code;
SELECT code, lineage(code), last_descendant(code)
FROM unnest('{44,440310001,441900003004,440310001001001009}'::gridcode[]) AS code;
SELECT padded('4403', 6), padded('440310001', 12), padded('440310001', 9), padded('44', 18);
SELECT padded('440310001', 6);
SELECT padded('440310001', 19);

-- within and covers
SELECT a, b, a <@ b AS within, a @> b AS covers
FROM unnest('{44,4403,440310,440310001,4404}'::gridcode[]) AS a,
     unnest('{44,440310}'::gridcode[]) AS b
ORDER BY a, b;
SELECT gridcode_within('440310', '44'), gridcode_covers('44', '440310');
SELECT NULL::gridcode <@ '44', '44'::gridcode <@ NULL, level(NULL::gridcode), parent(NULL::gridcode);

-- eventcode keeps its zeros: 1, 01 and 010 are three codes
SELECT code, digits(code), lineage(code), last_descendant(code)
FROM unnest('{0,1,01,010,06010,0101,010101,999999999999}'::eventcode[]) AS code
ORDER BY code;
SELECT code, level(code), parent(code), ancestor(code, 1) AS top, ancestor(code, 2) AS second
FROM unnest('{06,06010,0101,010203}'::eventcode[]) AS code;
SELECT level('010203', '{2,1,3}'), parent('010203', '{2,1,3}'), ancestor('010203', 2, '{2,1,3}'), ancestor('010', 3, '{2,1,3}');
SELECT prefix('06010', 2), prefix('06010', 5), prefix('06010', 6);
SELECT '06010'::eventcode <@ '06', '06'::eventcode @> '06010', '06010'::eventcode <@ '060', '06'::eventcode <@ '06010';
SELECT eventcode_within('06010', '06'), eventcode_covers('06', '06010');
SELECT level('010'::eventcode);
SELECT parent('06010', '{2,2}');
SELECT parent('06010', '{}');
SELECT parent('06010', '{{2,3}}');
SELECT parent('06010', '{2,NULL}');
SELECT parent('06010', '{0,5}');
SELECT parent('06010', '{10,3}');
SELECT ancestor('06010', 0);
SELECT prefix('06010', 0);

-- casts: text of every kind is assigned to a code, and a code to text
CREATE TEMP TABLE assigned (code gridcode, class eventcode, t text, v varchar(20));
INSERT INTO assigned (code, class) VALUES ('440300'::text, '06010'::varchar), ('440310'::char(12), '06'::char(5));
UPDATE assigned SET t = code, v = class;
SELECT * FROM assigned ORDER BY code;
INSERT INTO assigned (code) VALUES ('Pingshan'::text);
SELECT code || '', class::text FROM assigned ORDER BY code;

-- comparison, sorting, aggregates
SELECT a, b, a = b AS eq, a <> b AS ne, a < b AS lt, a <= b AS le, a > b AS gt, a >= b AS ge, gridcode_cmp(a, b)
FROM (VALUES ('44'::gridcode, '44'::gridcode), ('44', '4403'), ('4404', '4403'), ('440310', '440300')) AS v (a, b);
SELECT a, b, a = b AS eq, a <> b AS ne, a < b AS lt, a <= b AS le, a > b AS gt, a >= b AS ge, eventcode_cmp(a, b)
FROM (VALUES ('06'::eventcode, '06'::eventcode), ('1', '01'), ('01', '010')) AS v (a, b);
SELECT min(c), max(c), count(DISTINCT c) FROM unnest('{4403,44,440310,440300,440000}'::gridcode[]) AS c;
SELECT min(c), max(c), count(DISTINCT c) FROM unnest('{06,060,1,06}'::eventcode[]) AS c;
SELECT gridcode_hash('4403') = gridcode_hash('440300') AS same,
       gridcode_hash_extended('4403', 1) = gridcode_hash_extended('4403', 2) AS seeded,
       eventcode_hash('06') = eventcode_hash('060') AS other,
       eventcode_hash_extended('06', 0) = eventcode_hash_extended('06', 0) AS same_seed;
SELECT gridcode_smaller('4403', '4404'), gridcode_larger('4403', '4404'), eventcode_smaller('06', '05'), eventcode_larger('06', '05');

-- binary form
SELECT c, encode(gridcode_send(c), 'hex') FROM unnest('{44,440310001001001}'::gridcode[]) AS c;
SELECT c, encode(eventcode_send(c), 'hex') FROM unnest('{0,06010}'::eventcode[]) AS c;

-- the enum is the same in a prepared statement and after a new one
PREPARE levels (gridcode) AS SELECT level($1), ancestor($1, 'city');
EXECUTE levels ('440310');
EXECUTE levels ('44');
DEALLOCATE levels;
