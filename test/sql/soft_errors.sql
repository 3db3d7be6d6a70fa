--
-- Input that is refused softly (PostgreSQL 16 and later)
--
SET search_path = civicgrid, public;
SELECT pg_input_is_valid('440310', 'gridcode'), pg_input_is_valid('44031', 'gridcode'),
       pg_input_is_valid('06010', 'eventcode'), pg_input_is_valid('06-10', 'eventcode'),
       pg_input_is_valid('20260301-440310-0000001-3', 'caseno'), pg_input_is_valid('20260301-440310-0000001-4', 'caseno');
SELECT * FROM pg_input_error_info('44031', 'gridcode');
SELECT * FROM pg_input_error_info('06-10', 'eventcode');
SELECT * FROM pg_input_error_info('20260229-440310-0000001-4', 'caseno');
SELECT pg_input_is_valid('{440310,44}', 'gridcode[]'), pg_input_is_valid('{440310,4}', 'gridcode[]');
SELECT pg_input_is_valid('4 work hours', 'term'), pg_input_is_valid('4 fortnights', 'term');
SELECT v AS text, e.* FROM unnest(ARRAY['4 fortnights', '1 day 4 hours', '36526 days', '半天']) AS v, pg_input_error_info(v, 'term') AS e;
