
-- Folding (文本归一): one form for all the ways of writing the same words.
-- See doc/textfold.md.

-- IMMUTABLE as lower() and normalize() are, and ICU's collations: the result
-- depends on tables of Unicode, which grow with versions but keep what they
-- say of a character once it is there.  fold_version() tells which they are.
CREATE FUNCTION fold(value text) RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
    AS 'MODULE_PATHNAME', 'cg_fold';
COMMENT ON FUNCTION fold(text) IS 'a text in one form (文本归一): half-width, lower case, simplified; spaces and repeated marks once; telephone numbers (电话) as ℡, identity numbers (身份证) as №';

-- Not IMMUTABLE: a plan may outlive a change of ICU, as a view does.
CREATE FUNCTION fold_version() RETURNS text
    LANGUAGE C STABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_fold_version';
COMMENT ON FUNCTION fold_version() IS 'what fold() depends on (归一规则版本): its own version, ICU''s and Unicode''s';
