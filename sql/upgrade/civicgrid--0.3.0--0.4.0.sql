\echo Use "ALTER EXTENSION civicgrid UPDATE TO '0.4.0'" to load this file. \quit

-- term (时限): how long something may take.  See doc/term.md.

CREATE TYPE term;

CREATE FUNCTION term_in(cstring) RETURNS term
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_term_in';
COMMENT ON FUNCTION term_in(cstring) IS 'text input';

CREATE FUNCTION term_out(term) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_term_out';
COMMENT ON FUNCTION term_out(term) IS 'text output';

CREATE FUNCTION term_recv(internal) RETURNS term
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_term_recv';
COMMENT ON FUNCTION term_recv(internal) IS 'binary input';

CREATE FUNCTION term_send(term) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_term_send';
COMMENT ON FUNCTION term_send(term) IS 'binary output';

CREATE TYPE term (
    INPUT = term_in,
    OUTPUT = term_out,
    RECEIVE = term_recv,
    SEND = term_send,
    INTERNALLENGTH = 32,
    ALIGNMENT = double,
    STORAGE = plain,
    CATEGORY = 'U'
);
COMMENT ON TYPE term IS 'term (时限): hours (紧急工作时), work hours (工作时), days (自然日), work days (工作日), rolling work days (滚动工作日)';

-- Terms arrive in text columns, as they stand in the rules of a city; a wrong
-- one is refused by the input function, so assignment is safe.
CREATE CAST (text AS term) WITH INOUT AS ASSIGNMENT;
CREATE CAST (character varying AS term) WITH INOUT AS ASSIGNMENT;
CREATE CAST (character AS term) WITH INOUT AS ASSIGNMENT;
CREATE CAST (term AS text) WITH INOUT AS ASSIGNMENT;
CREATE CAST (term AS character varying) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (text AS term) IS 'read a term; an error if it is none';
COMMENT ON CAST (character varying AS term) IS 'read a term; an error if it is none';
COMMENT ON CAST (character AS term) IS 'read a term; an error if it is none';
COMMENT ON CAST (term AS text) IS 'text form of a term';
COMMENT ON CAST (term AS character varying) IS 'text form of a term';

-- Terms have no order: which of 9 work hours and 1 day is longer depends on
-- the calendar and on the start.

CREATE FUNCTION term_eq(term, term) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_term_eq';
COMMENT ON FUNCTION term_eq(term, term) IS 'implementation of = operator';

CREATE FUNCTION term_ne(term, term) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_term_ne';
COMMENT ON FUNCTION term_ne(term, term) IS 'implementation of <> operator';

CREATE FUNCTION term_hash(term) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_term_hash';
COMMENT ON FUNCTION term_hash(term) IS 'hash';

CREATE FUNCTION term_hash_extended(term, bigint) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_term_hash_extended';
COMMENT ON FUNCTION term_hash_extended(term, bigint) IS 'hash with a seed';

CREATE FUNCTION term_add(term, term) RETURNS term
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_term_add';
COMMENT ON FUNCTION term_add(term, term) IS 'implementation of + operator';

CREATE OPERATOR = (
    FUNCTION = term_eq,
    LEFTARG = term,
    RIGHTARG = term,
    COMMUTATOR = =,
    NEGATOR = <>,
    RESTRICT = eqsel,
    JOIN = eqjoinsel,
    HASHES
);
COMMENT ON OPERATOR = (term, term) IS 'equal: the same amounts of the same units';

CREATE OPERATOR <> (
    FUNCTION = term_ne,
    LEFTARG = term,
    RIGHTARG = term,
    COMMUTATOR = <>,
    NEGATOR = =,
    RESTRICT = neqsel,
    JOIN = neqjoinsel
);
COMMENT ON OPERATOR <> (term, term) IS 'not equal';

CREATE OPERATOR + (
    FUNCTION = term_add,
    LEFTARG = term,
    RIGHTARG = term,
    COMMUTATOR = +
);
COMMENT ON OPERATOR + (term, term) IS 'sum (时限相加); an error if the units cannot be added up';

CREATE OPERATOR CLASS term_ops
    DEFAULT FOR TYPE term USING hash AS
    OPERATOR 1 =,
    FUNCTION 1 term_hash(term),
    FUNCTION 2 term_hash_extended(term, bigint);
COMMENT ON OPERATOR FAMILY term_ops USING hash IS 'equality of terms';
COMMENT ON OPERATOR CLASS term_ops USING hash IS 'equality of terms';
-- Working calendars (工作日历): which time is working time, and arithmetic with
-- it.

CREATE TYPE workcal;

CREATE FUNCTION workcal_in(cstring) RETURNS workcal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_workcal_in';
COMMENT ON FUNCTION workcal_in(cstring) IS 'text input of workcal';

CREATE FUNCTION workcal_out(workcal) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_workcal_out';
COMMENT ON FUNCTION workcal_out(workcal) IS 'text output of workcal';

CREATE FUNCTION workcal_recv(internal) RETURNS workcal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_workcal_recv';
COMMENT ON FUNCTION workcal_recv(internal) IS 'binary input of workcal';

CREATE FUNCTION workcal_send(workcal) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_workcal_send';
COMMENT ON FUNCTION workcal_send(workcal) IS 'binary output of workcal';

-- Kept uncompressed, so that a function knows a calendar again by its first
-- bytes or by where it is stored.
CREATE TYPE workcal (
    INPUT = workcal_in,
    OUTPUT = workcal_out,
    RECEIVE = workcal_recv,
    SEND = workcal_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = external
);
COMMENT ON TYPE workcal IS 'working calendar (工作日历), written as JSON: time zone, hours of the week, dates of their own, horizon';

CREATE FUNCTION workcal_eq(workcal, workcal) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_workcal_eq';
COMMENT ON FUNCTION workcal_eq(workcal, workcal) IS 'implementation of = operator';
CREATE OPERATOR = (
    LEFTARG = workcal, RIGHTARG = workcal, FUNCTION = workcal_eq,
    COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel
);
COMMENT ON OPERATOR = (workcal, workcal) IS 'the same rules';

CREATE FUNCTION workcal_ne(workcal, workcal) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_workcal_ne';
COMMENT ON FUNCTION workcal_ne(workcal, workcal) IS 'implementation of <> operator';
CREATE OPERATOR <> (
    LEFTARG = workcal, RIGHTARG = workcal, FUNCTION = workcal_ne,
    COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR <> (workcal, workcal) IS 'not the same rules';

CREATE FUNCTION work_add(calendar workcal, start timestamptz, term term) RETURNS timestamptz
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_work_add';
COMMENT ON FUNCTION work_add(workcal, timestamptz, term) IS 'when a term that begins at start ends (到期时刻)';

CREATE FUNCTION work_sub(calendar workcal, due timestamptz, term term) RETURNS timestamptz
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_work_sub';
COMMENT ON FUNCTION work_sub(workcal, timestamptz, term) IS 'the latest start from which a term ends by due (倒推起算时刻)';

CREATE FUNCTION work_between(calendar workcal, start timestamptz, stop timestamptz) RETURNS interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_work_between';
COMMENT ON FUNCTION work_between(workcal, timestamptz, timestamptz) IS 'working time between two instants (工作时长); negative if the second is the earlier';

CREATE FUNCTION is_open(calendar workcal, at timestamptz) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_is_open';
COMMENT ON FUNCTION is_open(workcal, timestamptz) IS 'whether it is working time (是否工作时间)';

CREATE FUNCTION next_open(calendar workcal, at timestamptz) RETURNS timestamptz
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_next_open';
COMMENT ON FUNCTION next_open(workcal, timestamptz) IS 'the next instant of working time (下一上班时刻), at itself if it is one';

CREATE FUNCTION prev_close(calendar workcal, at timestamptz) RETURNS timestamptz
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_prev_close';
COMMENT ON FUNCTION prev_close(workcal, timestamptz) IS 'the last instant with working time right before it (上一下班时刻), at itself if it is one';

CREATE FUNCTION is_workday(calendar workcal, day date) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_is_workday';
COMMENT ON FUNCTION is_workday(workcal, date) IS 'whether a date has working time (工作日)';

CREATE FUNCTION workdays_between(calendar workcal, first date, last date) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_workdays_between';
COMMENT ON FUNCTION workdays_between(workcal, date, date) IS 'work days (工作日数) after the first date up to the last, which counts; negative if the last is the earlier';

CREATE FUNCTION is_provisional(calendar workcal, at timestamptz) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_is_provisional';
COMMENT ON FUNCTION is_provisional(workcal, timestamptz) IS 'whether holidays around an instant are not known yet (暂定)';

CREATE FUNCTION work_explain(calendar workcal, start timestamptz, term term) RETURNS TABLE (
        piece integer, from_at timestamptz, to_at timestamptz, kind text, name text,
        seconds numeric, balance numeric, provisional boolean
    )
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 20
    AS 'MODULE_PATHNAME', 'cg_work_explain';
COMMENT ON FUNCTION work_explain(workcal, timestamptz, term) IS 'the time from a start to the end of a term, piece by piece (时限说明): what kind it is, how many seconds of it count, how many are left';
-- Deadlines (时限): a function of the start, the term, the pauses and the
-- extensions, and of nothing else.  No pauses and no extensions may be NULL.

CREATE FUNCTION due(calendar workcal, start timestamptz, term term, pauses tstzmultirange DEFAULT NULL, extensions term[] DEFAULT NULL) RETURNS timestamptz
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_due';
COMMENT ON FUNCTION due(workcal, timestamptz, term, tstzmultirange, term[]) IS 'when a clock is due (应办结时刻): pauses (挂账) do not count, extensions (延期) do; infinity while a pause has no end';

CREATE FUNCTION elapsed(calendar workcal, start timestamptz, term term, pauses tstzmultirange DEFAULT NULL, extensions term[] DEFAULT NULL, at timestamptz DEFAULT now()) RETURNS interval
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_elapsed';
COMMENT ON FUNCTION elapsed(workcal, timestamptz, term, tstzmultirange, term[], timestamptz) IS 'what of a clock has passed at an instant (已用时间): working time for work hours and work days, all time for hours and days; pauses do not count';

CREATE FUNCTION remaining(calendar workcal, start timestamptz, term term, pauses tstzmultirange DEFAULT NULL, extensions term[] DEFAULT NULL, at timestamptz DEFAULT now()) RETURNS interval
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_remaining';
COMMENT ON FUNCTION remaining(workcal, timestamptz, term, tstzmultirange, term[], timestamptz) IS 'what of a clock is left at an instant (剩余时间); negative when it is late';

CREATE FUNCTION used_ratio(calendar workcal, start timestamptz, term term, pauses tstzmultirange DEFAULT NULL, extensions term[] DEFAULT NULL, at timestamptz DEFAULT now()) RETURNS double precision
    LANGUAGE C IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'cg_used_ratio';
COMMENT ON FUNCTION used_ratio(workcal, timestamptz, term, tstzmultirange, term[], timestamptz) IS 'how much of a clock is used up at an instant (已用比例); above 1 when it is late';

CREATE FUNCTION due_explain(calendar workcal, start timestamptz, term term, pauses tstzmultirange DEFAULT NULL, extensions term[] DEFAULT NULL) RETURNS TABLE (
        piece integer, from_at timestamptz, to_at timestamptz, kind text, name text,
        seconds numeric, balance numeric, provisional boolean
    )
    LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 20
    AS 'MODULE_PATHNAME', 'cg_due_explain';
COMMENT ON FUNCTION due_explain(workcal, timestamptz, term, tstzmultirange, term[]) IS 'why a clock is due when it is: the time from its start, piece by piece (时限说明)';

-- Calendars (工作日历): the drafts that an administrator edits, and the notices
-- that say which days are off.  See doc/calendars.md.

-- There are no foreign keys between these tables, so that they can be edited,
-- loaded and restored in any order; calendar_check() lists what does not fit.

CREATE TABLE calendar (
    calendar text NOT NULL,
    name text NOT NULL,
    zone text NOT NULL DEFAULT 'Asia/Shanghai',
    week text NOT NULL,
    follows text[] NOT NULL DEFAULT '{state}',
    makeup text NOT NULL DEFAULT 'mon',
    first_day date NOT NULL DEFAULT '2007-01-01',
    years_ahead integer NOT NULL DEFAULT 10,
    workday text,
    remark text,
    origin text NOT NULL DEFAULT 'site',
    CONSTRAINT calendar_pkey PRIMARY KEY (calendar),
    CONSTRAINT calendar_calendar_check CHECK (calendar <> ''),
    CONSTRAINT calendar_name_check CHECK (name <> ''),
    CONSTRAINT calendar_follows_check CHECK (array_position(follows, NULL) IS NULL),
    CONSTRAINT calendar_makeup_check CHECK (makeup IN ('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')),
    CONSTRAINT calendar_first_day_check CHECK (first_day BETWEEN '1900-01-01' AND '2999-12-31'),
    CONSTRAINT calendar_years_ahead_check CHECK (years_ahead BETWEEN 1 AND 50),
    CONSTRAINT calendar_origin_check CHECK (origin IN ('shipped', 'edited', 'site'))
);
COMMENT ON TABLE calendar IS 'drafts of working calendars (工作日历草案): what publish_calendar() will publish';
COMMENT ON COLUMN calendar.calendar IS 'key (日历键)';
COMMENT ON COLUMN calendar.name IS 'name (名称)';
COMMENT ON COLUMN calendar.zone IS 'time zone (时区)';
COMMENT ON COLUMN calendar.week IS 'its weekly hours, rows of calendar_week (周作息)';
COMMENT ON COLUMN calendar.follows IS 'series of notices that it follows (遵循的通知系列): a later one prevails, the first one says which years are known; {} for one that knows no holidays';
COMMENT ON COLUMN calendar.makeup IS 'weekday whose hours a make-up day has (调休上班日的作息): mon to sun';
COMMENT ON COLUMN calendar.first_day IS 'first day of the horizon (起始日)';
COMMENT ON COLUMN calendar.years_ahead IS 'how many years the horizon reaches beyond the last known one (向后延伸年数)';
COMMENT ON COLUMN calendar.workday IS 'length of a work day for rolling terms, HH:MM (标准工作日时长); NULL: the most usual one of the week';
COMMENT ON COLUMN calendar.remark IS 'remark (备注)';
COMMENT ON COLUMN calendar.origin IS 'shipped with the extension, shipped and edited here, or the site''s own (来源)';

CREATE TABLE calendar_week (
    week text NOT NULL,
    weekday text NOT NULL,
    shifts text[] NOT NULL,
    origin text NOT NULL DEFAULT 'site',
    CONSTRAINT calendar_week_pkey PRIMARY KEY (week, weekday),
    CONSTRAINT calendar_week_week_check CHECK (week <> ''),
    CONSTRAINT calendar_week_weekday_check CHECK (weekday IN ('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')),
    CONSTRAINT calendar_week_shifts_check CHECK (array_position(shifts, NULL) IS NULL),
    CONSTRAINT calendar_week_origin_check CHECK (origin IN ('shipped', 'edited', 'site'))
);
COMMENT ON TABLE calendar_week IS 'weekly hours (周作息), which several calendars may share; a weekday that is missing has none';
COMMENT ON COLUMN calendar_week.week IS 'key of the weekly hours (作息键)';
COMMENT ON COLUMN calendar_week.weekday IS 'weekday (星期): mon to sun';
COMMENT ON COLUMN calendar_week.shifts IS 'shifts HH:MM-HH:MM (班次); one that ends no later than it begins runs into the next day';
COMMENT ON COLUMN calendar_week.origin IS 'shipped with the extension, shipped and edited here, or the site''s own (来源)';

-- What a site adds to the notices that its calendar follows.
CREATE TABLE calendar_day (
    calendar text NOT NULL,
    day date NOT NULL,
    what text NOT NULL,
    like_weekday text,
    hours text[],
    name text,
    notice text,
    known_from date,
    remark text,
    CONSTRAINT calendar_day_pkey PRIMARY KEY (calendar, day),
    CONSTRAINT calendar_day_what_check CHECK (what IN ('rest', 'like', 'hours')),
    CONSTRAINT calendar_day_like_weekday_check CHECK (
        (what = 'like') = (like_weekday IS NOT NULL)
        AND like_weekday IN ('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')
    ),
    CONSTRAINT calendar_day_hours_check CHECK (
        (what = 'hours') = (hours IS NOT NULL) AND array_position(hours, NULL) IS NULL
    ),
    CONSTRAINT calendar_day_name_check CHECK (name <> '')
);
COMMENT ON TABLE calendar_day IS 'days of one calendar that the site sets itself (单位自定日期): extra rest days, half days, own hours; they prevail over all notices';
COMMENT ON COLUMN calendar_day.calendar IS 'calendar (日历键)';
COMMENT ON COLUMN calendar_day.day IS 'day (日期)';
COMMENT ON COLUMN calendar_day.what IS 'rest 休息, like a weekday 按某星期作息, own hours 自定时段 (类别)';
COMMENT ON COLUMN calendar_day.like_weekday IS 'for like: the weekday whose hours it has (作息星期): mon to sun';
COMMENT ON COLUMN calendar_day.hours IS 'for hours: its shifts HH:MM-HH:MM (时段)';
COMMENT ON COLUMN calendar_day.name IS 'what the day is called (名称)';
COMMENT ON COLUMN calendar_day.notice IS 'what orders it: a row of holiday_notice, or a document number (依据通知)';
COMMENT ON COLUMN calendar_day.known_from IS 'from when it was known (公布日期); NULL: since its notice was published, or always';
COMMENT ON COLUMN calendar_day.remark IS 'remark (备注)';

-- Hours of a part of the year, as in summer.
CREATE TABLE calendar_season (
    calendar text NOT NULL,
    first_day text NOT NULL,
    last_day text NOT NULL,
    week text NOT NULL,
    first_year integer NOT NULL DEFAULT 1900,
    last_year integer NOT NULL DEFAULT 2999,
    known_from date,
    remark text,
    CONSTRAINT calendar_season_pkey PRIMARY KEY (calendar, first_year, first_day),
    CONSTRAINT calendar_season_first_day_check CHECK (
        first_day ~ '^((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|[12][0-9]))$'
    ),
    CONSTRAINT calendar_season_last_day_check CHECK (
        last_day ~ '^((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|[12][0-9]))$'
    ),
    CONSTRAINT calendar_season_first_year_check CHECK (first_year BETWEEN 1900 AND 2999),
    CONSTRAINT calendar_season_last_year_check CHECK (last_year BETWEEN first_year AND 2999)
);
COMMENT ON TABLE calendar_season IS 'parts of the year with other weekly hours (季节作息), as in summer (夏令作息); holidays and make-up days stay what they are';
COMMENT ON COLUMN calendar_season.calendar IS 'calendar (日历键)';
COMMENT ON COLUMN calendar_season.first_day IS 'first day, every year, MM-DD (起始月日); 02-29 is 1 March in a year without it';
COMMENT ON COLUMN calendar_season.last_day IS 'last day, every year, MM-DD (截止月日), of the year after where it is before the first; 02-29 is the last day of February';
COMMENT ON COLUMN calendar_season.week IS 'its weekly hours, rows of calendar_week (周作息)';
COMMENT ON COLUMN calendar_season.first_year IS 'first year in which it begins (起始年度)';
COMMENT ON COLUMN calendar_season.last_year IS 'last year in which it begins (截止年度)';
COMMENT ON COLUMN calendar_season.known_from IS 'from when it was known (公布日期); NULL: always';
COMMENT ON COLUMN calendar_season.remark IS 'remark (备注), as the document that orders it';

-- What was announced stays as it was announced: a notice that changes an
-- earlier one is a row of its own, so that it can be told what was known when.
CREATE TABLE holiday_notice (
    notice text NOT NULL,
    series text NOT NULL DEFAULT 'state',
    year integer NOT NULL,
    title text NOT NULL,
    document text,
    signed date,
    published date NOT NULL,
    basis text NOT NULL DEFAULT 'site',
    url text,
    remark text,
    origin text NOT NULL DEFAULT 'site',
    CONSTRAINT holiday_notice_pkey PRIMARY KEY (notice),
    CONSTRAINT holiday_notice_notice_check CHECK (notice <> ''),
    CONSTRAINT holiday_notice_series_check CHECK (series <> ''),
    CONSTRAINT holiday_notice_year_check CHECK (year BETWEEN 1900 AND 2999),
    CONSTRAINT holiday_notice_title_check CHECK (title <> ''),
    CONSTRAINT holiday_notice_signed_check CHECK (signed <= published),
    CONSTRAINT holiday_notice_published_check CHECK (isfinite(published)),
    CONSTRAINT holiday_notice_basis_check CHECK (basis IN ('page', 'url', 'press', 'site')),
    CONSTRAINT holiday_notice_origin_check CHECK (origin IN ('shipped', 'edited', 'site'))
);
CREATE INDEX holiday_notice_series_idx ON holiday_notice (series, year);
COMMENT ON TABLE holiday_notice IS 'notices that announce days off and make-up days (节假日安排通知)';
COMMENT ON COLUMN holiday_notice.notice IS 'key (通知键): state-2026, state-2020-2 for an amendment';
COMMENT ON COLUMN holiday_notice.series IS 'series that it belongs to (通知系列): state 国务院, or a province''s or city''s own';
COMMENT ON COLUMN holiday_notice.year IS 'year that it is for (年度); its days may lie in the December before';
COMMENT ON COLUMN holiday_notice.title IS 'title (标题)';
COMMENT ON COLUMN holiday_notice.document IS 'document number (发文字号); NULL where not known';
COMMENT ON COLUMN holiday_notice.signed IS 'date that it bears (成文日期); NULL where not known';
COMMENT ON COLUMN holiday_notice.published IS 'day from which it was known to the public (公布日期)';
COMMENT ON COLUMN holiday_notice.basis IS 'what the day of publishing rests on (公布日期依据): page, an official page states it; url, it is in the address of the official page; press, the notice was in the press on that day, at the latest; site, entered here';
COMMENT ON COLUMN holiday_notice.url IS 'official page (网址)';
COMMENT ON COLUMN holiday_notice.remark IS 'remark (备注)';
COMMENT ON COLUMN holiday_notice.origin IS 'shipped with the extension, shipped and edited here, or the site''s own (来源)';

CREATE TABLE holiday_day (
    notice text NOT NULL,
    day date NOT NULL,
    off boolean NOT NULL,
    name text,
    origin text NOT NULL DEFAULT 'site',
    CONSTRAINT holiday_day_pkey PRIMARY KEY (notice, day),
    CONSTRAINT holiday_day_name_check CHECK (name <> ''),
    CONSTRAINT holiday_day_origin_check CHECK (origin IN ('shipped', 'edited', 'site'))
);
CREATE INDEX holiday_day_day_idx ON holiday_day (day);
COMMENT ON TABLE holiday_day IS 'days that a notice names (通知日期)';
COMMENT ON COLUMN holiday_day.notice IS 'notice (通知键)';
COMMENT ON COLUMN holiday_day.day IS 'day (日期)';
COMMENT ON COLUMN holiday_day.off IS 'true: day off 放假; false: work, a make-up day where it falls on a weekend 上班';
COMMENT ON COLUMN holiday_day.name IS 'festival that it belongs to (节日)';
COMMENT ON COLUMN holiday_day.origin IS 'shipped with the extension, shipped and edited here, or the site''s own (来源)';

-- The days on which a calendar differs from its week and its seasons, as known
-- on a day.  A site's own days prevail, then the later series, then the later
-- notice.  That a notice orders work from Monday to Friday only undoes what
-- another said.
CREATE FUNCTION calendar_exceptions(name text, known_on date DEFAULT 'infinity')
    RETURNS TABLE (day date, what text, like_weekday text, hours text[], day_name text, notice text)
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
    ROWS 1000
BEGIN ATOMIC
    SELECT v.day, v.what, v.like_weekday, v.hours, v.day_name, v.notice
    FROM (
        SELECT DISTINCT ON (u.day) u.day, u.what, u.like_weekday, u.hours, u.day_name, u.notice
        FROM (
            SELECT d.day, d.what, d.like_weekday, d.hours, d.name AS day_name, d.notice, NULL::integer AS layer, NULL::date AS published
            FROM @extschema@.calendar_day AS d
            LEFT JOIN @extschema@.holiday_notice AS n ON n.notice = d.notice
            WHERE d.calendar = calendar_exceptions.name
                AND coalesce(d.known_from, n.published, '-infinity') <= known_on
            UNION ALL
            SELECT h.day,
                   CASE WHEN h.off THEN 'rest' WHEN extract(isodow FROM h.day) < 6 THEN 'as usual' ELSE 'like' END AS what,
                   CASE WHEN NOT h.off THEN c.makeup END AS like_weekday,
                   NULL::text[] AS hours, h.name AS day_name, h.notice, array_position(c.follows, n.series) AS layer, n.published
            FROM @extschema@.calendar AS c
            JOIN @extschema@.holiday_notice AS n ON n.series = ANY (c.follows)
            JOIN @extschema@.holiday_day AS h ON h.notice = n.notice
            WHERE c.calendar = calendar_exceptions.name AND n.published <= known_on
        ) AS u
        ORDER BY u.day, u.layer DESC NULLS FIRST, u.published DESC, u.notice COLLATE "C" DESC
    ) AS v
    WHERE v.what <> 'as usual'
    ORDER BY v.day;
END;
COMMENT ON FUNCTION calendar_exceptions(text, date) IS
    'days on which a calendar''s draft differs from its week and seasons (例外日期), as known on a day, and the notice that each rests on';

-- In a year without it, 29 February is 1 March where a season begins, and 28
-- February where one ends: counted in the leap year 2000, the day before the
-- first and the last itself are moved to the year, which clips them.
CREATE FUNCTION calendar_seasons(name text, known_on date DEFAULT 'infinity')
    RETURNS TABLE (first date, last date, week text)
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
    ROWS 100
BEGIN ATOMIC
    SELECT v.first, v.last, v.week
    FROM (
        SELECT (('2000-' || s.first_day)::date - 1 + make_interval(years => y - 2000))::date + 1 AS first,
               (('2000-' || s.last_day)::date + make_interval(
                   years => y - 2000 + CASE WHEN s.last_day COLLATE "C" < s.first_day THEN 1 ELSE 0 END
               ))::date AS last,
               s.week
        FROM @extschema@.calendar_season AS s
        JOIN @extschema@.calendar AS c ON c.calendar = s.calendar,
        generate_series(
            greatest(s.first_year, extract(year FROM c.first_day)::integer - 1),
            least(s.last_year, extract(year FROM c.first_day)::integer + 100)
        ) AS y
        WHERE s.calendar = calendar_seasons.name AND coalesce(s.known_from, '-infinity') <= known_on
    ) AS v
    WHERE v.first <= v.last
    ORDER BY v.first, v.last, v.week COLLATE "C";
END;
COMMENT ON FUNCTION calendar_seasons(text, date) IS
    'the seasons of a calendar''s draft year by year (逐年季节作息), as known on a day, for as long as a calendar may reach';

-- The year from which on the days are not known yet; NULL for a calendar
-- without holidays.
CREATE FUNCTION calendar_first_unknown_year(name text, known_on date DEFAULT 'infinity') RETURNS integer
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT min(y)
    FROM @extschema@.calendar AS c,
         generate_series(
             extract(year FROM c.first_day)::integer,
             1 + (
                 SELECT greatest(max(n.year), extract(year FROM c.first_day)::integer)
                 FROM @extschema@.holiday_notice AS n
                 WHERE n.series = c.follows[1] AND n.published <= known_on
             )
         ) AS y
    WHERE c.calendar = calendar_first_unknown_year.name
        AND cardinality(c.follows) > 0
        AND NOT EXISTS (
            SELECT FROM @extschema@.holiday_notice AS n
            WHERE n.series = c.follows[1] AND n.year = y AND n.published <= known_on
        );
END;
COMMENT ON FUNCTION calendar_first_unknown_year(text, date) IS
    'first year of a calendar''s horizon without a notice (首个未公布年度), as known on a day; its days and all later ones are provisional';

CREATE FUNCTION calendar_known_at(name text, known_on date) RETURNS workcal
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    max_days constant integer := 36525;
    c @extschema@.calendar;
    last_year integer;
    last_day date;
    provisional date;
    week jsonb;
    days jsonb;
BEGIN
    SELECT t.* INTO c FROM @extschema@.calendar AS t WHERE t.calendar = calendar_known_at.name;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG210',
            MESSAGE = format('there is no calendar "%s"', calendar_known_at.name),
            HINT = 'SELECT calendar FROM civicgrid.calendar lists them.';
    END IF;

    SELECT max(n.year) INTO last_year
    FROM @extschema@.holiday_notice AS n
    WHERE n.series = c.follows[1] AND n.published <= known_on;
    last_year := c.years_ahead + greatest(
        last_year,
        extract(year FROM CASE WHEN isfinite(known_on) THEN known_on ELSE current_date END)::integer,
        extract(year FROM c.first_day)::integer
    );
    last_day := least(make_date(least(last_year, 2999), 12, 31), c.first_day + max_days - 1);
    provisional := greatest(
        make_date(@extschema@.calendar_first_unknown_year(calendar_known_at.name, known_on), 1, 1),
        c.first_day
    );
    -- greatest() passes over NULL
    IF cardinality(c.follows) = 0 OR provisional > last_day THEN
        provisional := NULL;
    END IF;

    SELECT coalesce(jsonb_object_agg(w.weekday, w.shifts), '{}') INTO week
    FROM @extschema@.calendar_week AS w
    WHERE w.week = c.week AND cardinality(w.shifts) > 0;
    -- Within a season a day without an exception, and one that is like a
    -- weekday, has the season's hours, unless they are the week's.  Of seasons
    -- that overlap, which calendar_check() reports, the later one holds.
    SELECT coalesce(jsonb_object_agg(
        to_char(v.day, 'YYYY-MM-DD'),
        CASE
            WHEN v.seasonal THEN jsonb_build_object('hours', v.shifts)
            WHEN v.what = 'like' THEN jsonb_build_object('like', v.like_weekday)
            ELSE jsonb_build_object('hours', coalesce(v.hours, '{}'))
        END || CASE WHEN v.day_name IS NULL THEN '{}' ELSE jsonb_build_object('name', v.day_name) END
    ), '{}')
    INTO days
    FROM (
        SELECT d.*, coalesce(s.shifts, '{}') AS shifts,
               d.week IS NOT NULL AND coalesce(d.what, 'like') = 'like'
                   AND coalesce(s.shifts, '{}') <> coalesce(w.shifts, '{}') AS seasonal
        FROM (
            SELECT coalesce(e.day, p.day) AS day, e.what, e.like_weekday, e.hours, e.day_name, p.week
            FROM @extschema@.calendar_exceptions(calendar_known_at.name, known_on) AS e
            FULL JOIN (
                SELECT DISTINCT ON (g.day) g.day::date AS day, t.week
                FROM @extschema@.calendar_seasons(calendar_known_at.name, known_on) AS t,
                     generate_series(
                         greatest(t.first, c.first_day)::timestamp, least(t.last, last_day)::timestamp, interval '1 day'
                     ) AS g (day)
                ORDER BY g.day, t.first DESC, t.last DESC, t.week COLLATE "C" DESC
            ) AS p ON p.day = e.day
        ) AS d
        LEFT JOIN @extschema@.calendar_week AS s
            ON s.week = d.week AND s.weekday = coalesce(d.like_weekday, to_char(d.day, 'dy'))
        LEFT JOIN @extschema@.calendar_week AS w
            ON w.week = c.week AND w.weekday = coalesce(d.like_weekday, to_char(d.day, 'dy'))
    ) AS v
    WHERE v.day BETWEEN c.first_day AND last_day AND (v.what IS NOT NULL OR v.seasonal);

    RETURN jsonb_strip_nulls(jsonb_build_object(
        'tz', c.zone,
        'week', week,
        'days', days,
        'from', to_char(c.first_day, 'YYYY-MM-DD'),
        'to', to_char(last_day, 'YYYY-MM-DD'),
        'provisional', to_char(provisional, 'YYYY-MM-DD'),
        'workday', c.workday
    ))::text::@extschema@.workcal;
END;
$$;
COMMENT ON FUNCTION calendar_known_at(text, date) IS
    'a calendar as its draft and the notices published by then made it on a day (某日所知的日历): years without a notice follow the week and the seasons, and are provisional';

CREATE FUNCTION calendar_draft(name text) RETURNS workcal
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT @extschema@.calendar_known_at(name, 'infinity');
END;
COMMENT ON FUNCTION calendar_draft(text) IS
    'a calendar as its draft and all notices make it (日历草案), as publish_calendar() compiles it';

-- Everything that does not fit, at once.  What publishing would refuse is an
-- error; the rest is worth a look.
CREATE FUNCTION calendar_check(name text DEFAULT NULL)
    RETURNS TABLE (severity text, calendar text, notice text, day date, fault text, detail text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c record;
    why text;
    why_detail text;
BEGIN
    RETURN QUERY
    SELECT 'error', t.calendar, NULL, NULL::date, 'unknown week', format('There are no weekly hours "%s".', t.week)
    FROM @extschema@.calendar AS t
    WHERE (calendar_check.name IS NULL OR t.calendar = calendar_check.name)
        AND NOT EXISTS (SELECT FROM @extschema@.calendar_week AS w WHERE w.week = t.week)
    ORDER BY t.calendar COLLATE "C";

    RETURN QUERY
    SELECT 'error', s.calendar, NULL, NULL::date, 'unknown week',
           format('There are no weekly hours "%s", for %s to %s.', s.week, s.first_day, s.last_day)
    FROM @extschema@.calendar_season AS s
    WHERE (calendar_check.name IS NULL OR s.calendar = calendar_check.name)
        AND NOT EXISTS (SELECT FROM @extschema@.calendar_week AS w WHERE w.week = s.week)
    ORDER BY s.calendar COLLATE "C", s.first_year, s.first_day COLLATE "C";

    -- of each two the first day
    RETURN QUERY
    WITH p AS MATERIALIZED (
        SELECT t.calendar, s.first, s.last, s.week, row_number() OVER (ORDER BY t.calendar, s.first, s.last, s.week) AS n
        FROM @extschema@.calendar AS t, @extschema@.calendar_seasons(t.calendar) AS s
        WHERE calendar_check.name IS NULL OR t.calendar = calendar_check.name
    )
    SELECT 'error', v.calendar, NULL, v.first, 'overlapping seasons', v.said
    FROM (
        SELECT b.calendar, min(b.first) AS first,
               format('The hours of "%s" and of "%s" would hold.', least(a.week, b.week), greatest(a.week, b.week)) AS said
        FROM p AS a
        JOIN p AS b ON b.calendar = a.calendar AND b.n > a.n AND b.first <= a.last
        GROUP BY 1, 3
    ) AS v
    ORDER BY v.calendar COLLATE "C", v.first, v.said COLLATE "C";

    RETURN QUERY
    SELECT 'error', t.calendar, NULL, NULL::date, 'unknown series', format('There is no notice of series "%s".', s)
    FROM @extschema@.calendar AS t, unnest(t.follows) AS s
    WHERE (calendar_check.name IS NULL OR t.calendar = calendar_check.name)
        AND NOT EXISTS (SELECT FROM @extschema@.holiday_notice AS n WHERE n.series = s)
    ORDER BY t.calendar COLLATE "C", s COLLATE "C";

    -- what the type refuses: overlapping shifts, unknown zones ...
    FOR c IN
        SELECT t.calendar FROM @extschema@.calendar AS t
        WHERE calendar_check.name IS NULL OR t.calendar = calendar_check.name
        ORDER BY t.calendar COLLATE "C"
    LOOP
        BEGIN
            PERFORM @extschema@.calendar_draft(c.calendar);
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS why = MESSAGE_TEXT, why_detail = PG_EXCEPTION_DETAIL;
            RETURN QUERY SELECT 'error', c.calendar, NULL, NULL::date, 'not a calendar',
                why || coalesce(': ' || nullif(why_detail, ''), '');
        END;
    END LOOP;

    RETURN QUERY
    SELECT 'error', d.calendar, d.notice, d.day, 'unknown calendar', format('There is no calendar "%s".', d.calendar)
    FROM @extschema@.calendar_day AS d
    WHERE calendar_check.name IS NULL
        AND NOT EXISTS (SELECT FROM @extschema@.calendar AS t WHERE t.calendar = d.calendar)
    ORDER BY d.calendar COLLATE "C", d.day;

    RETURN QUERY
    SELECT 'error', s.calendar, NULL, NULL::date, 'unknown calendar', format('There is no calendar "%s".', s.calendar)
    FROM @extschema@.calendar_season AS s
    WHERE calendar_check.name IS NULL
        AND NOT EXISTS (SELECT FROM @extschema@.calendar AS t WHERE t.calendar = s.calendar)
    GROUP BY s.calendar
    ORDER BY s.calendar COLLATE "C";

    RETURN QUERY
    SELECT 'warning', d.calendar, d.notice, d.day, 'outside the horizon', format('The calendar begins on %s.', t.first_day)
    FROM @extschema@.calendar_day AS d
    JOIN @extschema@.calendar AS t ON t.calendar = d.calendar
    WHERE (calendar_check.name IS NULL OR t.calendar = calendar_check.name) AND d.day < t.first_day
    ORDER BY d.calendar COLLATE "C", d.day;

    RETURN QUERY
    SELECT 'error', NULL, h.notice, min(h.day), 'unknown notice', format('There is no notice "%s".', h.notice)
    FROM @extschema@.holiday_day AS h
    WHERE NOT EXISTS (SELECT FROM @extschema@.holiday_notice AS n WHERE n.notice = h.notice)
    GROUP BY h.notice
    ORDER BY h.notice COLLATE "C";

    RETURN QUERY
    SELECT 'warning', NULL, n.notice, NULL::date, 'notice without days', n.title
    FROM @extschema@.holiday_notice AS n
    WHERE NOT EXISTS (SELECT FROM @extschema@.holiday_day AS h WHERE h.notice = n.notice)
    ORDER BY n.notice COLLATE "C";

    RETURN QUERY
    SELECT 'warning', NULL, h.notice, h.day, 'far from its year',
           format('The notice is for %s.', n.year)
    FROM @extschema@.holiday_day AS h
    JOIN @extschema@.holiday_notice AS n ON n.notice = h.notice
    WHERE h.day NOT BETWEEN make_date(n.year - 1, 12, 1) AND make_date(n.year, 12, 31)
    ORDER BY h.notice COLLATE "C", h.day;

    RETURN QUERY
    SELECT 'error', NULL, h.notice, h.day, 'contradicts a notice of the same day',
           format('Notice "%s" of the same series was published on %s too.', g.notice, n.published)
    FROM @extschema@.holiday_day AS h
    JOIN @extschema@.holiday_notice AS n ON n.notice = h.notice
    JOIN @extschema@.holiday_day AS g ON g.day = h.day AND g.off <> h.off
    JOIN @extschema@.holiday_notice AS m ON m.notice = g.notice
    WHERE m.series = n.series AND m.published = n.published AND g.notice < h.notice
    ORDER BY h.day, h.notice COLLATE "C";
END;
$$;
COMMENT ON FUNCTION calendar_check(text) IS
    'faults of the drafts of calendars (日历检查), of one or of all, with the notices; no rows where all is well';

SELECT pg_catalog.pg_extension_config_dump('calendar', $$WHERE origin <> 'shipped'$$);
SELECT pg_catalog.pg_extension_config_dump('calendar_week', $$WHERE origin <> 'shipped'$$);
SELECT pg_catalog.pg_extension_config_dump('calendar_day', '');
SELECT pg_catalog.pg_extension_config_dump('calendar_season', '');
SELECT pg_catalog.pg_extension_config_dump('holiday_notice', $$WHERE origin <> 'shipped'$$);
SELECT pg_catalog.pg_extension_config_dump('holiday_day', $$WHERE origin <> 'shipped'$$);

-- The State Council's calendar (国务院节假日安排), 2007 to 2026, as its notices
-- said it, each with the day from which it was known.  Days: holiday-cn (MIT),
-- which reads them from the notices, and which agrees with chinese-days and
-- chinese_calendar on every day; what an amended notice had said before is from
-- its text.  Document numbers and dates are from copies of the notices.

INSERT INTO holiday_notice (notice, year, title, document, signed, published, basis, url, origin)
SELECT 'state-' || year, year, format('国务院办公厅关于%s年部分节假日安排的通知', year), document,
       signed::date, published::date, basis, 'http://www.gov.cn/zhengce/zhengceku/' || page, 'shipped'
FROM (VALUES
    (2007, '国办发明电〔2006〕49号', '2006-12-14', '2006-12-18', 'press', '2008-03/28/content_1761.htm'),
    (2008, NULL, NULL, '2007-12-18', 'press', '2008-03/28/content_1645.htm'),
    (2009, '国办发明电〔2008〕42号', NULL, '2008-12-10', 'url', '2008-12/10/content_1572.htm'),
    (2010, '国办发明电〔2009〕27号', '2009-12-07', '2009-12-08', 'url', '2009-12/08/content_1476.htm'),
    (2011, '国办发明电〔2010〕40号', '2010-12-09', '2010-12-10', 'url', '2010-12/10/content_1423.htm'),
    (2012, '国办发明电〔2011〕45号', '2011-12-05', '2011-12-06', 'url', '2011-12/06/content_1411.htm'),
    (2013, '国办发明电〔2012〕33号', '2012-12-08', '2012-12-10', 'url', '2012-12/10/content_1353.htm'),
    (2014, '国办发明电〔2013〕28号', '2013-12-11', '2013-12-11', 'press', '2014-01/02/content_1194.htm'),
    (2015, '国办发明电〔2014〕28号', '2014-12-16', '2014-12-16', 'url', '2014-12/16/content_9302.htm'),
    (2016, '国办发明电〔2015〕18号', '2015-12-10', '2015-12-10', 'page', '2015-12/10/content_10394.htm'),
    (2017, '国办发明电〔2016〕17号', '2016-12-01', '2016-12-01', 'url', '2016-12/01/content_5141603.htm'),
    (2018, '国办发明电〔2017〕12号', '2017-11-30', '2017-11-30', 'url', '2017-11/30/content_5243579.htm'),
    (2019, '国办发明电〔2018〕15号', '2018-12-04', '2018-12-06', 'url', '2018-12/06/content_5346276.htm'),
    (2020, '国办发明电〔2019〕16号', '2019-11-21', '2019-11-21', 'url', '2019-11/21/content_5454164.htm'),
    (2021, '国办发明电〔2020〕27号', '2020-11-25', '2020-11-25', 'url', '2020-11/25/content_5564127.htm'),
    (2022, '国办发明电〔2021〕11号', '2021-10-25', '2021-10-25', 'page', '2021-10/25/content_5644835.htm'),
    (2023, '国办发明电〔2022〕16号', '2022-12-08', '2022-12-08', 'url', '2022-12/08/content_5730844.htm'),
    (2024, '国办发明电〔2023〕7号', '2023-10-25', '2023-10-25', 'press', '202310/content_6911528.htm'),
    (2025, '国办发明电〔2024〕12号', '2024-11-12', '2024-11-12', 'press', '202411/content_6986383.htm'),
    (2026, '国办发明电〔2025〕7号', '2025-11-04', '2025-11-04', 'press', '202511/content_7047091.htm')
) AS v (year, document, signed, published, basis, page);

-- What was changed in the middle of a year.
INSERT INTO holiday_notice (notice, year, title, document, signed, published, basis, url, origin) VALUES
    (
        'state-2015-2', 2015, '国务院关于中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日调休放假的通知',
        '国发明电〔2015〕1号', '2015-05-13', '2015-05-13', 'url',
        'http://www.gov.cn/zhengce/zhengceku/2015-05/13/content_9742.htm', 'shipped'
    ),
    (
        'state-2019-2', 2019, '国务院办公厅关于调整2019年劳动节假期安排的通知',
        '国办发明电〔2019〕3号', '2019-03-22', '2019-03-22', 'page',
        'http://www.gov.cn/zhengce/zhengceku/2019-03/22/content_5375877.htm', 'shipped'
    ),
    (
        'state-2020-2', 2020, '国务院办公厅关于延长2020年春节假期的通知',
        '国办发明电〔2020〕1号', '2020-01-26', '2020-01-27', 'url',
        'http://www.gov.cn/zhengce/zhengceku/2020-01/27/content_5472352.htm', 'shipped'
    );

-- Days off from one day to another, then the days worked for them.
INSERT INTO holiday_day (notice, day, off, name, origin)
SELECT v.notice, d.day, d.off, v.name, 'shipped'
FROM (VALUES
    ('state-2007', '元旦', '2007-01-01', '2007-01-03', '{2006-12-30,2006-12-31}'),
    ('state-2007', '春节', '2007-02-18', '2007-02-24', '{2007-02-17,2007-02-25}'),
    ('state-2007', '劳动节', '2007-05-01', '2007-05-07', '{2007-04-28,2007-04-29}'),
    ('state-2007', '国庆节', '2007-10-01', '2007-10-07', '{2007-09-29,2007-09-30}'),
    ('state-2008', '元旦', '2007-12-30', '2008-01-01', '{2007-12-29}'),
    ('state-2008', '春节', '2008-02-06', '2008-02-12', '{2008-02-02,2008-02-03}'),
    ('state-2008', '清明节', '2008-04-04', '2008-04-06', '{}'),
    ('state-2008', '劳动节', '2008-05-01', '2008-05-03', '{2008-05-04}'),
    ('state-2008', '端午节', '2008-06-07', '2008-06-09', '{}'),
    ('state-2008', '中秋节', '2008-09-13', '2008-09-15', '{}'),
    ('state-2008', '国庆节', '2008-09-29', '2008-10-05', '{2008-09-27,2008-09-28}'),
    ('state-2009', '元旦', '2009-01-01', '2009-01-03', '{2009-01-04}'),
    ('state-2009', '春节', '2009-01-25', '2009-01-31', '{2009-01-24,2009-02-01}'),
    ('state-2009', '清明节', '2009-04-04', '2009-04-06', '{}'),
    ('state-2009', '劳动节', '2009-05-01', '2009-05-03', '{}'),
    ('state-2009', '端午节', '2009-05-28', '2009-05-30', '{2009-05-31}'),
    ('state-2009', '国庆节、中秋节', '2009-10-01', '2009-10-08', '{2009-09-27,2009-10-10}'),
    ('state-2010', '元旦', '2010-01-01', '2010-01-03', '{}'),
    ('state-2010', '春节', '2010-02-13', '2010-02-19', '{2010-02-20,2010-02-21}'),
    ('state-2010', '清明节', '2010-04-03', '2010-04-05', '{}'),
    ('state-2010', '劳动节', '2010-05-01', '2010-05-03', '{}'),
    ('state-2010', '端午节', '2010-06-14', '2010-06-16', '{2010-06-12,2010-06-13}'),
    ('state-2010', '中秋节', '2010-09-22', '2010-09-24', '{2010-09-19,2010-09-25}'),
    ('state-2010', '国庆节', '2010-10-01', '2010-10-07', '{2010-09-26,2010-10-09}'),
    ('state-2011', '元旦', '2011-01-01', '2011-01-03', '{}'),
    ('state-2011', '春节', '2011-02-02', '2011-02-08', '{2011-01-30,2011-02-12}'),
    ('state-2011', '清明节', '2011-04-03', '2011-04-05', '{2011-04-02}'),
    ('state-2011', '劳动节', '2011-04-30', '2011-05-02', '{}'),
    ('state-2011', '端午节', '2011-06-04', '2011-06-06', '{}'),
    ('state-2011', '中秋节', '2011-09-10', '2011-09-12', '{}'),
    ('state-2011', '国庆节', '2011-10-01', '2011-10-07', '{2011-10-08,2011-10-09}'),
    ('state-2012', '元旦', '2012-01-01', '2012-01-03', '{2011-12-31}'),
    ('state-2012', '春节', '2012-01-22', '2012-01-28', '{2012-01-21,2012-01-29}'),
    ('state-2012', '清明节', '2012-04-02', '2012-04-04', '{2012-03-31,2012-04-01}'),
    ('state-2012', '劳动节', '2012-04-29', '2012-05-01', '{2012-04-28}'),
    ('state-2012', '端午节', '2012-06-22', '2012-06-24', '{}'),
    ('state-2012', '中秋节、国庆节', '2012-09-30', '2012-10-07', '{2012-09-29}'),
    ('state-2013', '元旦', '2013-01-01', '2013-01-03', '{2013-01-05,2013-01-06}'),
    ('state-2013', '春节', '2013-02-09', '2013-02-15', '{2013-02-16,2013-02-17}'),
    ('state-2013', '清明节', '2013-04-04', '2013-04-06', '{2013-04-07}'),
    ('state-2013', '劳动节', '2013-04-29', '2013-05-01', '{2013-04-27,2013-04-28}'),
    ('state-2013', '端午节', '2013-06-10', '2013-06-12', '{2013-06-08,2013-06-09}'),
    ('state-2013', '中秋节', '2013-09-19', '2013-09-21', '{2013-09-22}'),
    ('state-2013', '国庆节', '2013-10-01', '2013-10-07', '{2013-09-29,2013-10-12}'),
    ('state-2014', '元旦', '2014-01-01', '2014-01-01', '{}'),
    ('state-2014', '春节', '2014-01-31', '2014-02-06', '{2014-01-26,2014-02-08}'),
    ('state-2014', '清明节', '2014-04-05', '2014-04-05', '{}'),
    ('state-2014', '清明节', '2014-04-07', '2014-04-07', '{}'),
    ('state-2014', '劳动节', '2014-05-01', '2014-05-03', '{2014-05-04}'),
    ('state-2014', '端午节', '2014-06-02', '2014-06-02', '{}'),
    ('state-2014', '中秋节', '2014-09-08', '2014-09-08', '{}'),
    ('state-2014', '国庆节', '2014-10-01', '2014-10-07', '{2014-09-28,2014-10-11}'),
    ('state-2015', '元旦', '2015-01-01', '2015-01-03', '{2015-01-04}'),
    ('state-2015', '春节', '2015-02-18', '2015-02-24', '{2015-02-15,2015-02-28}'),
    ('state-2015', '清明节', '2015-04-05', '2015-04-06', '{}'),
    ('state-2015', '劳动节', '2015-05-01', '2015-05-01', '{}'),
    ('state-2015', '端午节', '2015-06-20', '2015-06-20', '{}'),
    ('state-2015', '端午节', '2015-06-22', '2015-06-22', '{}'),
    ('state-2015', '中秋节', '2015-09-27', '2015-09-27', '{}'),
    ('state-2015', '国庆节', '2015-10-01', '2015-10-07', '{2015-10-10}'),
    ('state-2015-2', '抗日战争暨世界反法西斯战争胜利70周年纪念日', '2015-09-03', '2015-09-05', '{2015-09-06}'),
    ('state-2016', '元旦', '2016-01-01', '2016-01-01', '{}'),
    ('state-2016', '春节', '2016-02-07', '2016-02-13', '{2016-02-06,2016-02-14}'),
    ('state-2016', '清明节', '2016-04-04', '2016-04-04', '{}'),
    ('state-2016', '劳动节', '2016-05-01', '2016-05-02', '{}'),
    ('state-2016', '端午节', '2016-06-09', '2016-06-11', '{2016-06-12}'),
    ('state-2016', '中秋节', '2016-09-15', '2016-09-17', '{2016-09-18}'),
    ('state-2016', '国庆节', '2016-10-01', '2016-10-07', '{2016-10-08,2016-10-09}'),
    ('state-2017', '元旦', '2017-01-01', '2017-01-02', '{}'),
    ('state-2017', '春节', '2017-01-27', '2017-02-02', '{2017-01-22,2017-02-04}'),
    ('state-2017', '清明节', '2017-04-02', '2017-04-04', '{2017-04-01}'),
    ('state-2017', '劳动节', '2017-05-01', '2017-05-01', '{}'),
    ('state-2017', '端午节', '2017-05-28', '2017-05-30', '{2017-05-27}'),
    ('state-2017', '中秋节、国庆节', '2017-10-01', '2017-10-08', '{2017-09-30}'),
    ('state-2018', '元旦', '2018-01-01', '2018-01-01', '{}'),
    ('state-2018', '春节', '2018-02-15', '2018-02-21', '{2018-02-11,2018-02-24}'),
    ('state-2018', '清明节', '2018-04-05', '2018-04-07', '{2018-04-08}'),
    ('state-2018', '劳动节', '2018-04-29', '2018-05-01', '{2018-04-28}'),
    ('state-2018', '端午节', '2018-06-18', '2018-06-18', '{}'),
    ('state-2018', '中秋节', '2018-09-24', '2018-09-24', '{}'),
    ('state-2018', '国庆节', '2018-10-01', '2018-10-07', '{2018-09-29,2018-09-30}'),
    ('state-2019', '元旦', '2018-12-30', '2019-01-01', '{2018-12-29}'),
    ('state-2019', '春节', '2019-02-04', '2019-02-10', '{2019-02-02,2019-02-03}'),
    ('state-2019', '清明节', '2019-04-05', '2019-04-05', '{}'),
    ('state-2019', '劳动节', '2019-05-01', '2019-05-01', '{}'),
    ('state-2019', '端午节', '2019-06-07', '2019-06-07', '{}'),
    ('state-2019', '中秋节', '2019-09-13', '2019-09-13', '{}'),
    ('state-2019', '国庆节', '2019-10-01', '2019-10-07', '{2019-09-29,2019-10-12}'),
    ('state-2019-2', '劳动节', '2019-05-01', '2019-05-04', '{2019-04-28,2019-05-05}'),
    ('state-2020', '元旦', '2020-01-01', '2020-01-01', '{}'),
    ('state-2020', '春节', '2020-01-24', '2020-01-30', '{2020-01-19,2020-02-01}'),
    ('state-2020', '清明节', '2020-04-04', '2020-04-06', '{}'),
    ('state-2020', '劳动节', '2020-05-01', '2020-05-05', '{2020-04-26,2020-05-09}'),
    ('state-2020', '端午节', '2020-06-25', '2020-06-27', '{2020-06-28}'),
    ('state-2020', '国庆节、中秋节', '2020-10-01', '2020-10-08', '{2020-09-27,2020-10-10}'),
    ('state-2020-2', '春节', '2020-01-31', '2020-02-02', '{2020-02-03}'),
    ('state-2021', '元旦', '2021-01-01', '2021-01-03', '{}'),
    ('state-2021', '春节', '2021-02-11', '2021-02-17', '{2021-02-07,2021-02-20}'),
    ('state-2021', '清明节', '2021-04-03', '2021-04-05', '{}'),
    ('state-2021', '劳动节', '2021-05-01', '2021-05-05', '{2021-04-25,2021-05-08}'),
    ('state-2021', '端午节', '2021-06-12', '2021-06-14', '{}'),
    ('state-2021', '中秋节', '2021-09-19', '2021-09-21', '{2021-09-18}'),
    ('state-2021', '国庆节', '2021-10-01', '2021-10-07', '{2021-09-26,2021-10-09}'),
    ('state-2022', '元旦', '2022-01-01', '2022-01-03', '{}'),
    ('state-2022', '春节', '2022-01-31', '2022-02-06', '{2022-01-29,2022-01-30}'),
    ('state-2022', '清明节', '2022-04-03', '2022-04-05', '{2022-04-02}'),
    ('state-2022', '劳动节', '2022-04-30', '2022-05-04', '{2022-04-24,2022-05-07}'),
    ('state-2022', '端午节', '2022-06-03', '2022-06-05', '{}'),
    ('state-2022', '中秋节', '2022-09-10', '2022-09-12', '{}'),
    ('state-2022', '国庆节', '2022-10-01', '2022-10-07', '{2022-10-08,2022-10-09}'),
    ('state-2023', '元旦', '2022-12-31', '2023-01-02', '{}'),
    ('state-2023', '春节', '2023-01-21', '2023-01-27', '{2023-01-28,2023-01-29}'),
    ('state-2023', '清明节', '2023-04-05', '2023-04-05', '{}'),
    ('state-2023', '劳动节', '2023-04-29', '2023-05-03', '{2023-04-23,2023-05-06}'),
    ('state-2023', '端午节', '2023-06-22', '2023-06-24', '{2023-06-25}'),
    ('state-2023', '中秋节、国庆节', '2023-09-29', '2023-10-06', '{2023-10-07,2023-10-08}'),
    ('state-2024', '元旦', '2024-01-01', '2024-01-01', '{}'),
    ('state-2024', '春节', '2024-02-10', '2024-02-17', '{2024-02-04,2024-02-18}'),
    ('state-2024', '清明节', '2024-04-04', '2024-04-06', '{2024-04-07}'),
    ('state-2024', '劳动节', '2024-05-01', '2024-05-05', '{2024-04-28,2024-05-11}'),
    ('state-2024', '端午节', '2024-06-10', '2024-06-10', '{}'),
    ('state-2024', '中秋节', '2024-09-15', '2024-09-17', '{2024-09-14}'),
    ('state-2024', '国庆节', '2024-10-01', '2024-10-07', '{2024-09-29,2024-10-12}'),
    ('state-2025', '元旦', '2025-01-01', '2025-01-01', '{}'),
    ('state-2025', '春节', '2025-01-28', '2025-02-04', '{2025-01-26,2025-02-08}'),
    ('state-2025', '清明节', '2025-04-04', '2025-04-06', '{}'),
    ('state-2025', '劳动节', '2025-05-01', '2025-05-05', '{2025-04-27}'),
    ('state-2025', '端午节', '2025-05-31', '2025-06-02', '{}'),
    ('state-2025', '国庆节、中秋节', '2025-10-01', '2025-10-08', '{2025-09-28,2025-10-11}'),
    ('state-2026', '元旦', '2026-01-01', '2026-01-03', '{2026-01-04}'),
    ('state-2026', '春节', '2026-02-15', '2026-02-23', '{2026-02-14,2026-02-28}'),
    ('state-2026', '清明节', '2026-04-04', '2026-04-06', '{}'),
    ('state-2026', '劳动节', '2026-05-01', '2026-05-05', '{2026-05-09}'),
    ('state-2026', '端午节', '2026-06-19', '2026-06-21', '{}'),
    ('state-2026', '国庆节', '2026-10-01', '2026-10-07', '{2026-09-20,2026-10-10}'),
    ('state-2026', '中秋节', '2026-09-25', '2026-09-27', '{}')
) AS v (notice, name, first_off, last_off, worked),
LATERAL (
    SELECT generate_series(v.first_off::date, v.last_off::date, '1 day')::date, true
    UNION ALL
    SELECT unnest(v.worked::date[]), false
) AS d (day, off);

-- Weekly hours, and a calendar for each.
INSERT INTO calendar_week (week, weekday, shifts, origin)
SELECT 'office', d, '{09:00-12:00,14:00-18:00}'::text[], 'shipped'
FROM unnest('{mon,tue,wed,thu,fri}'::text[]) AS d
UNION ALL
SELECT 'always', d, '{00:00-24:00}', 'shipped'
FROM unnest('{mon,tue,wed,thu,fri,sat,sun}'::text[]) AS d;

INSERT INTO calendar (calendar, name, week, follows, remark, origin) VALUES
    ('office', '机关工作日历', 'office', '{state}', 'Monday to Friday 09:00-12:00 and 14:00-18:00, off as the State Council says', 'shipped'),
    ('always', '全天候日历', 'always', '{}', '24 hours on all days, for emergency lines', 'shipped');

CREATE TRIGGER keep_shipped_row
    BEFORE INSERT OR UPDATE OR DELETE ON calendar
    FOR EACH ROW EXECUTE FUNCTION keep_shipped_row('calendar');
CREATE TRIGGER keep_shipped_rows
    BEFORE TRUNCATE ON calendar
    FOR EACH STATEMENT EXECUTE FUNCTION keep_shipped_row();
COMMENT ON TRIGGER keep_shipped_row ON calendar IS 'keeps edits of shipped rows through dump and restore';
COMMENT ON TRIGGER keep_shipped_rows ON calendar IS 'shipped rows are not truncated';
CREATE TRIGGER keep_shipped_row
    BEFORE INSERT OR UPDATE OR DELETE ON calendar_week
    FOR EACH ROW EXECUTE FUNCTION keep_shipped_row('week', 'weekday');
CREATE TRIGGER keep_shipped_rows
    BEFORE TRUNCATE ON calendar_week
    FOR EACH STATEMENT EXECUTE FUNCTION keep_shipped_row();
COMMENT ON TRIGGER keep_shipped_row ON calendar_week IS 'keeps edits of shipped rows through dump and restore';
COMMENT ON TRIGGER keep_shipped_rows ON calendar_week IS 'shipped rows are not truncated';
CREATE TRIGGER keep_shipped_row
    BEFORE INSERT OR UPDATE OR DELETE ON holiday_notice
    FOR EACH ROW EXECUTE FUNCTION keep_shipped_row('notice');
CREATE TRIGGER keep_shipped_rows
    BEFORE TRUNCATE ON holiday_notice
    FOR EACH STATEMENT EXECUTE FUNCTION keep_shipped_row();
COMMENT ON TRIGGER keep_shipped_row ON holiday_notice IS 'keeps edits of shipped rows through dump and restore';
COMMENT ON TRIGGER keep_shipped_rows ON holiday_notice IS 'shipped rows are not truncated';
CREATE TRIGGER keep_shipped_row
    BEFORE INSERT OR UPDATE OR DELETE ON holiday_day
    FOR EACH ROW EXECUTE FUNCTION keep_shipped_row('notice', 'day');
CREATE TRIGGER keep_shipped_rows
    BEFORE TRUNCATE ON holiday_day
    FOR EACH STATEMENT EXECUTE FUNCTION keep_shipped_row();
COMMENT ON TRIGGER keep_shipped_row ON holiday_day IS 'keeps edits of shipped rows through dump and restore';
COMMENT ON TRIGGER keep_shipped_rows ON holiday_day IS 'shipped rows are not truncated';

-- Holidays in (导入节假日): from iCalendar files and from tables.  See
-- doc/calendars.md.

-- A date as it is written here and there; NULL if it is none.
CREATE FUNCTION holiday_date(source text) RETURNS date
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    part constant text[] := regexp_match(
        btrim(source),
        '^(\d{4})(?:(\d\d)(\d\d)|([-/.])(\d{1,2})\4(\d{1,2})|年(\d{1,2})月(\d{1,2})日)(?:[ T]00:?00(?::?00)?(?:\.0+)?)?$'
    );
BEGIN
    RETURN make_date(
        part[1]::integer,
        coalesce(part[2], part[5], part[7])::integer,
        coalesce(part[3], part[6], part[8])::integer
    );
EXCEPTION WHEN datetime_field_overflow THEN
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION holiday_date(text) IS
    'read a date (读取日期): 2026-01-01, 20260101, 2026/1/1, 2026年1月1日; NULL if it is none';

-- Off or work, from what people write beside a date.  Words that may be either
-- (调休) or neither (值班, 节气) say nothing, and nothing is guessed.
CREATE FUNCTION holiday_status(source text) RETURNS boolean
    LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE
        WHEN s.plain ~ '^(off|rest|true|t|yes|y|1)$' THEN true
        WHEN s.plain ~ '^(work|on|false|f|no|n|0)$' THEN false
        WHEN s.plain ~ '补班|make-?up' THEN false
        WHEN s.work AND s.off THEN NULL
        WHEN s.work THEN false
        WHEN s.off THEN true
    END
    FROM (
        SELECT v.plain,
               v.plain ~ '上班|工作日|work(ing)?[ -]?day|[(（【\[]班[)）】\]]|(^|[ 　·:：-])班$' AS work,
               v.plain ~ '放假|假期|假日|休息|休假|公休|连休|holiday|day off|[(（【\[](休|假)[)）】\]]|(^|[ 　·:：-])(休|假)$' AS off
        FROM (
            -- what a make-up day makes up is no holiday itself
            SELECT regexp_replace(replace(lower(btrim(source)), '调休', ''), '[(（]补[^)）]*[)）]', '') AS plain
        ) AS v
    ) AS s;
END;
COMMENT ON FUNCTION holiday_status(text) IS
    'day off or work (休或班), from words such as 休, 放假, 班, 补班, off, workday, or from a flag that says off; NULL if they do not tell';

-- The festival in the title of an event: "春节（休）", "春节 补班", "上班(补元旦假期)".
CREATE FUNCTION holiday_title(source text) RETURNS text
    LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE
        WHEN btrim(source) !~ '^(休|假|班|补班|上班|放假|假期|假日|节假日|休息|休息日|休假|公休|工作日|调休)$' THEN nullif(btrim(
            regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
                btrim(source),
                '^上班[(（]补(.*)[)）]$', '\1'),
                '^(补班|上班|放假)[ 　:：]+', ''),
                '[ 　]*[(（【\[](休|班|假|补班|上班|放假|休息|调休|Holiday|Workday)[)）】\]]', '', 'gi'),
                '[ 　·:：-]+(休|班|假)$', ''),
                '[ 　·:：-]*(调休补班|调休上班|放假调休|补班|上班|放假|假期|休息|休假|公休|调休)$', ''
            ), ' 　'
        ), '')
    END;
END;
COMMENT ON FUNCTION holiday_title(text) IS 'name of the festival in the title of an event (节日名称); NULL if there is none';

-- iCalendar (RFC 5545): one row for each event, with the reason where it cannot
-- be read.  first_line is that of its BEGIN:VEVENT.
CREATE FUNCTION holiday_events(ics text)
    RETURNS TABLE (first_line integer, summary text, first_day date, last_day date, off boolean, name text, reason text)
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    ROWS 50
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO'
AS $$
DECLARE
    max_days constant integer := 60;
    source constant text[] := string_to_array(replace(replace(ltrim(ics, chr(65279)), E'\r\n', E'\n'), E'\r', E'\n'), E'\n');
    lines text[] := '{}';
    starts integer[] := '{}';
    line text;
    part text[];
    property text;
    value text;
    inside text[] := '{}';
    in_event boolean := false;
    from_value text;
    to_value text;
    duration text;
    apple text;
    hint text;
    repeats boolean;
    cancelled boolean;
    marked boolean;
    spoken boolean;
    n integer;
BEGIN
    -- A line that begins with a space goes on with the one before.
    FOR i IN 1 .. cardinality(source) LOOP
        IF source[i] ~ '^[ \t]' AND cardinality(lines) > 0 THEN
            lines[cardinality(lines)] := lines[cardinality(lines)] || substr(source[i], 2);
        ELSE
            lines := lines || source[i];
            starts := starts || i;
        END IF;
    END LOOP;

    FOR i IN 1 .. cardinality(lines) LOOP
        CONTINUE WHEN lines[i] = '';
        part := regexp_match(lines[i], '^([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)*):(.*)$');
        IF part IS NULL THEN
            CONTINUE WHEN NOT in_event;
            reason := coalesce(reason, format('line %s is no property of iCalendar', starts[i]));
            CONTINUE;
        END IF;
        property := upper(part[1]);
        value := part[3];

        IF property = 'BEGIN' THEN
            inside := inside || upper(btrim(value));
            IF upper(btrim(value)) = 'VEVENT' AND NOT in_event THEN
                in_event := true;
                first_line := starts[i];
                summary := NULL; first_day := NULL; last_day := NULL; off := NULL; name := NULL; reason := NULL;
                from_value := NULL; to_value := NULL; duration := NULL; apple := NULL; hint := NULL; repeats := false; cancelled := false;
            END IF;
            CONTINUE;
        END IF;

        IF property = 'END' THEN
            inside := trim_array(inside, least(1, cardinality(inside)));
            CONTINUE WHEN NOT (in_event AND upper(btrim(value)) = 'VEVENT');
            in_event := false;

            first_day := @extschema@.holiday_date(from_value);
            IF reason IS NOT NULL THEN
                NULL;
            ELSIF from_value IS NULL THEN
                reason := 'it has no DTSTART';
            ELSIF first_day IS NULL THEN
                reason := CASE
                    WHEN from_value ~ '^\d{8}T\d{6}Z?$' THEN format('it begins at a time of day: DTSTART %s', from_value)
                    ELSE format('DTSTART "%s" is no date', from_value)
                END;
            ELSIF to_value IS NOT NULL THEN
                last_day := @extschema@.holiday_date(to_value);
                IF last_day IS NULL THEN
                    reason := CASE
                        WHEN to_value ~ '^\d{8}T\d{6}Z?$' THEN format('it ends at a time of day: DTEND %s', to_value)
                        ELSE format('DTEND "%s" is no date', to_value)
                    END;
                ELSIF last_day < first_day THEN
                    reason := format('it ends on %s, before it begins', last_day);
                ELSIF last_day > first_day THEN
                    -- the end is not part of it; one that ends on the day on
                    -- which it begins is meant as that day
                    last_day := last_day - 1;
                END IF;
            ELSIF duration IS NOT NULL THEN
                part := regexp_match(duration, '^\+?P(?:(\d{1,2})W|(\d{1,3})D)$');
                n := coalesce(part[1]::integer * 7, part[2]::integer);
                IF n IS NULL OR n = 0 THEN
                    reason := format('DURATION "%s" is not a number of days', duration);
                ELSE
                    last_day := first_day + n - 1;
                END IF;
            ELSE
                last_day := first_day;
            END IF;
            IF reason IS NULL AND last_day - first_day >= max_days THEN
                reason := format('it lasts %s days', last_day - first_day + 1);
            END IF;
            IF reason IS NULL AND repeats THEN
                reason := 'it repeats (RRULE, RDATE)';
            END IF;
            IF reason IS NULL AND cancelled THEN
                reason := 'it was cancelled (STATUS)';
            END IF;

            marked := CASE apple WHEN 'WORK-HOLIDAY' THEN true WHEN 'ALTERNATE-WORKDAY' THEN false END;
            spoken := @extschema@.holiday_status(summary);
            IF marked IS NULL AND spoken IS NULL THEN
                spoken := @extschema@.holiday_status(hint);
            END IF;
            off := coalesce(marked, spoken);
            IF reason IS NULL AND marked <> spoken THEN
                reason := format('X-APPLE-SPECIAL-DAY says %s, its title says otherwise', apple);
            ELSIF reason IS NULL AND off IS NULL THEN
                reason := 'it does not say whether it is off or worked';
            END IF;
            name := @extschema@.holiday_title(summary);
            RETURN NEXT;
            CONTINUE;
        END IF;

        -- of the event itself, not of an alarm within it
        CONTINUE WHEN NOT in_event OR inside[cardinality(inside)] <> 'VEVENT';
        CASE property
            WHEN 'DTSTART' THEN from_value := btrim(value);
            WHEN 'DTEND' THEN to_value := btrim(value);
            WHEN 'DURATION' THEN duration := btrim(value);
            WHEN 'SUMMARY' THEN
                -- \, \; \\ and \n
                summary := btrim(replace(replace(regexp_replace(regexp_replace(
                    replace(value, '\\', E'\x01'), '\\[nN]', ' ', 'g'), '\\([,;:"])', '\1', 'g'), E'\x01', '\'), E'\t', ' '));
            WHEN 'DESCRIPTION' THEN
                -- a word, no story
                hint := CASE WHEN length(value) <= 10 THEN value END;
            WHEN 'X-APPLE-SPECIAL-DAY' THEN apple := upper(btrim(value));
            WHEN 'RRULE', 'RDATE' THEN repeats := true;
            WHEN 'STATUS' THEN cancelled := upper(btrim(value)) = 'CANCELLED';
            ELSE NULL;
        END CASE;
    END LOOP;

    IF in_event THEN
        reason := coalesce(reason, 'it is cut off: there is no END:VEVENT');
        first_day := NULL;
        RETURN NEXT;
    END IF;
END;
$$;
COMMENT ON FUNCTION holiday_events(text) IS
    'the events of an iCalendar text (读取 iCalendar 日程): days, whether off, name, and the reason where one cannot be read';

-- What both kinds of import come down to.  Lists what was refused; nothing is
-- loaded then, unless the rest is wanted.
CREATE FUNCTION load_holidays(
    notice text,
    calendar text,
    replace boolean,
    partial boolean,
    places integer[],
    labels text[],
    first_days date[],
    last_days date[],
    offs boolean[],
    names text[],
    reasons text[]
) RETURNS TABLE (place integer, label text, reason text)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    given constant integer := cardinality(places);
    refused integer[];
    because text[];
    loaded bigint := 0;
    told text;
BEGIN
    IF (notice IS NULL) = (calendar IS NULL) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'holidays are imported into a notice or into a calendar',
            HINT = 'Name one of the two: notice => ''…'' for days that all who follow it share, calendar => ''…'' for days of one calendar.';
    END IF;
    IF notice IS NOT NULL AND NOT EXISTS (SELECT FROM @extschema@.holiday_notice AS n WHERE n.notice = load_holidays.notice) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG218',
            MESSAGE = format('there is no notice "%s"', notice),
            HINT = 'INSERT INTO civicgrid.holiday_notice (notice, year, title, document, published) VALUES (…) makes one.';
    END IF;
    IF calendar IS NOT NULL AND NOT EXISTS (SELECT FROM @extschema@.calendar AS c WHERE c.calendar = load_holidays.calendar) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG210',
            MESSAGE = format('there is no calendar "%s"', calendar),
            HINT = 'SELECT calendar FROM civicgrid.calendar lists them.';
    END IF;

    WITH item AS (
        SELECT v.o::integer AS o, v.first_day, v.last_day, v.off, v.reason
        FROM unnest(first_days, last_days, offs, reasons) WITH ORDINALITY AS v (first_day, last_day, off, reason, o)
    ),
    item_day AS (
        SELECT i.o, i.off, (i.first_day + s)::date AS day
        FROM item AS i, generate_series(0, i.last_day - i.first_day) AS s
        WHERE i.reason IS NULL
    ),
    fault AS (
        SELECT i.o, 1 AS rank, i.reason
        FROM item AS i
        WHERE i.reason IS NOT NULL
        UNION ALL
        SELECT d.o, 2, format('%s is there twice, off and worked: see %s', d.day, (
            SELECT places[min(p.o)] FROM item_day AS p WHERE p.day = d.day AND p.off <> d.off
        ))
        FROM item_day AS d
        WHERE EXISTS (SELECT FROM item_day AS p WHERE p.day = d.day AND p.off <> d.off AND p.o < d.o)
        UNION ALL
        SELECT d.o, 3, format('notice "%s" says %s of %s already', load_holidays.notice, CASE WHEN h.off THEN 'off' ELSE 'work' END, d.day)
        FROM item_day AS d
        JOIN @extschema@.holiday_day AS h ON h.notice = load_holidays.notice AND h.day = d.day AND h.off <> d.off
        WHERE NOT load_holidays.replace
        UNION ALL
        SELECT d.o, 3, format('calendar "%s" says %s of %s already', load_holidays.calendar, h.what, d.day)
        FROM item_day AS d
        JOIN @extschema@.calendar_day AS h ON h.calendar = load_holidays.calendar AND h.day = d.day
            AND h.what <> CASE WHEN d.off THEN 'rest' ELSE 'like' END
        WHERE NOT load_holidays.replace
    )
    SELECT array_agg(f.o ORDER BY f.o), array_agg(f.reason ORDER BY f.o)
    INTO refused, because
    FROM (SELECT DISTINCT ON (o) o, fault.reason FROM fault ORDER BY o, rank, fault.reason COLLATE "C") AS f;

    IF refused IS NULL OR partial THEN
        IF notice IS NOT NULL THEN
            INSERT INTO @extschema@.holiday_day AS t (notice, day, off, name)
            SELECT DISTINCT ON (d.day) load_holidays.notice, d.day, offs[o], names[o]
            FROM generate_series(1, given) AS o,
                 LATERAL (SELECT first_days[o] + s AS day FROM generate_series(0, last_days[o] - first_days[o]) AS s) AS d
            WHERE o <> ALL (coalesce(refused, '{}'))
            ORDER BY d.day, o
            ON CONFLICT ON CONSTRAINT holiday_day_pkey DO UPDATE
                SET off = EXCLUDED.off, name = coalesce(EXCLUDED.name, t.name)
                WHERE load_holidays.replace;
        ELSE
            INSERT INTO @extschema@.calendar_day AS t (calendar, day, what, like_weekday, name)
            SELECT DISTINCT ON (d.day) load_holidays.calendar, d.day,
                   CASE WHEN offs[o] THEN 'rest' ELSE 'like' END,
                   CASE WHEN NOT offs[o] THEN c.makeup END, names[o]
            FROM @extschema@.calendar AS c,
                 generate_series(1, given) AS o,
                 LATERAL (SELECT first_days[o] + s AS day FROM generate_series(0, last_days[o] - first_days[o]) AS s) AS d
            WHERE c.calendar = load_holidays.calendar AND o <> ALL (coalesce(refused, '{}'))
            ORDER BY d.day, o
            ON CONFLICT ON CONSTRAINT calendar_day_pkey DO UPDATE
                SET what = EXCLUDED.what, like_weekday = EXCLUDED.like_weekday, hours = NULL,
                    name = coalesce(EXCLUDED.name, t.name)
                WHERE load_holidays.replace;
        END IF;
        GET DIAGNOSTICS loaded = ROW_COUNT;
    END IF;

    told := CASE loaded WHEN 0 THEN 'nothing was' WHEN 1 THEN '1 day was' ELSE loaded || ' days were' END || ' loaded';
    IF refused IS NULL THEN
        RAISE NOTICE USING MESSAGE = told;
    ELSE
        RAISE WARNING USING
            MESSAGE = format('%s: %s of %s entries were refused', told, cardinality(refused), given),
            HINT = 'The rows that are returned say why.' || CASE WHEN partial THEN '' ELSE ' With partial => true the others are loaded.' END;
    END IF;
    RETURN QUERY
    SELECT places[v.o], labels[v.o], v.r
    FROM unnest(refused, because) AS v (o, r)
    ORDER BY v.o;
END;
$$;
COMMENT ON FUNCTION load_holidays(text, text, boolean, boolean, integer[], text[], date[], date[], boolean[], text[], text[]) IS
    'load days off and make-up days into a notice or a calendar (载入节假日); what both imports call';
REVOKE EXECUTE ON FUNCTION load_holidays(text, text, boolean, boolean, integer[], text[], date[], date[], boolean[], text[], text[]) FROM PUBLIC;

CREATE FUNCTION import_holidays_ics(
    ics text,
    notice text DEFAULT NULL,
    calendar text DEFAULT NULL,
    replace boolean DEFAULT false,
    partial boolean DEFAULT false
) RETURNS TABLE (first_line integer, summary text, reason text)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO'
AS $$
DECLARE
    e record;
BEGIN
    IF ics IS NULL OR ics !~* '(^|[\r\n\uFEFF])BEGIN:VCALENDAR' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'this is not an iCalendar text',
            DETAIL = CASE WHEN ics IS NULL THEN 'It is NULL.' ELSE format('It begins with "%s".', left(ics, 30)) END,
            HINT = 'Such a text begins with BEGIN:VCALENDAR; pg_read_file() reads a file of the server, psql''s \set with backquotes one of the client.';
    END IF;
    SELECT array_agg(v.first_line ORDER BY v.o) AS places, array_agg(v.summary ORDER BY v.o) AS labels,
           array_agg(v.first_day ORDER BY v.o) AS first_days, array_agg(v.last_day ORDER BY v.o) AS last_days,
           array_agg(v.off ORDER BY v.o) AS offs, array_agg(v.name ORDER BY v.o) AS names,
           array_agg(v.reason ORDER BY v.o) AS reasons
    INTO e
    FROM @extschema@.holiday_events(ics) WITH ORDINALITY
        AS v (first_line, summary, first_day, last_day, off, name, reason, o);
    RETURN QUERY
    SELECT l.*
    FROM @extschema@.load_holidays(
        notice, calendar, coalesce(replace, false), coalesce(partial, false), coalesce(e.places, '{}'), e.labels,
        e.first_days, e.last_days, e.offs, e.names, e.reasons
    ) AS l;
END;
$$;
COMMENT ON FUNCTION import_holidays_ics(text, text, text, boolean, boolean) IS
    'import days off and make-up days from iCalendar (导入 iCalendar 节假日) into a notice or a calendar; returns the events that were refused, and then loads nothing unless told to load the rest';
REVOKE EXECUTE ON FUNCTION import_holidays_ics(text, text, text, boolean, boolean) FROM PUBLIC;

CREATE FUNCTION import_holidays(
    source regclass,
    date_column name,
    status_column name,
    name_column name DEFAULT NULL,
    notice text DEFAULT NULL,
    calendar text DEFAULT NULL,
    replace boolean DEFAULT false,
    partial boolean DEFAULT false
) RETURNS TABLE (row_number integer, entry text, reason text)
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO'
AS $$
DECLARE
    missing text;
    e record;
BEGIN
    IF source IS NULL OR date_column IS NULL OR status_column IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'null_value_not_allowed',
            MESSAGE = 'source, date_column and status_column of import_holidays() cannot be NULL',
            HINT = 'Name the table or view, its column of dates and the one that says which are off.';
    END IF;
    SELECT string_agg(format('"%s"', c), ', ' ORDER BY o)
    INTO missing
    FROM unnest(ARRAY[date_column, status_column, name_column]) WITH ORDINALITY AS v (c, o)
    WHERE c IS NOT NULL AND NOT EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = source AND attname = c AND attnum > 0 AND NOT attisdropped
    );
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'undefined_column',
            MESSAGE = format('%s has no column %s', source, missing),
            HINT = 'Column names are taken as they are written, with their capitals.';
    END IF;
    EXECUTE format(
        $query$
        SELECT array_agg(v.n ORDER BY v.n) AS places,
               array_agg(concat_ws(' ', v.day, v.status, v.name) ORDER BY v.n) AS labels,
               array_agg(v.date ORDER BY v.n) AS days, array_agg(v.off ORDER BY v.n) AS offs,
               array_agg(v.name ORDER BY v.n) AS names,
               array_agg(CASE
                   WHEN v.day IS NULL THEN 'the date is missing'
                   WHEN v.date IS NULL THEN format('"%%s" is no date', v.day)
                   WHEN v.status IS NULL THEN 'the status is missing'
                   WHEN v.off IS NULL THEN format('"%%s" does not say whether it is off or worked', v.status)
               END ORDER BY v.n) AS reasons
        FROM (
            SELECT row_number() OVER ()::integer AS n, u.*,
                   @extschema@.holiday_date(u.day) AS date, @extschema@.holiday_status(u.status) AS off
            FROM (SELECT %I::text AS day, %I::text AS status, %s AS name FROM %s) AS u
        ) AS v
        $query$,
        date_column, status_column,
        coalesce('nullif(btrim(' || quote_ident(name_column) || '::text), '''')', 'NULL::text'),
        source
    ) INTO e;
    RETURN QUERY
    SELECT l.*
    FROM @extschema@.load_holidays(
        notice, calendar, coalesce(replace, false), coalesce(partial, false), coalesce(e.places, '{}'), e.labels,
        e.days, e.days, e.offs, e.names, e.reasons
    ) AS l;
END;
$$;
COMMENT ON FUNCTION import_holidays(regclass, name, name, name, text, text, boolean, boolean) IS
    'import days off and make-up days from a table or view of dates, statuses and names (导入节假日表) into a notice or a calendar; returns the rows that were refused, and then loads nothing unless told to load the rest';
REVOKE EXECUTE ON FUNCTION import_holidays(regclass, name, name, name, text, text, boolean, boolean) FROM PUBLIC;

-- Clocks (计时): how long a case, a stage of it or its holder has.  See
-- doc/calendars.md.

-- A deadline is worked out from what is stored beside it, never counted on:
-- due_at is always due(calendar of the edition, started_at, term, pauses,
-- extensions), and clock_check() proves it.
CREATE TABLE case_clock (
    caseno caseno NOT NULL,
    clock bigint GENERATED BY DEFAULT AS IDENTITY,
    kind text NOT NULL,
    stage text,
    holder text,
    calendar text NOT NULL,
    edition bigint NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    term term NOT NULL,
    pauses tstzmultirange NOT NULL DEFAULT '{}',
    extensions term[] NOT NULL DEFAULT '{}',
    due_at timestamptz NOT NULL,
    moved_from timestamptz,
    stopped_at timestamptz,
    verdict text,
    CONSTRAINT case_clock_pkey PRIMARY KEY (caseno, clock),
    CONSTRAINT case_clock_kind_check CHECK (
        CASE kind
            WHEN 'case' THEN stage IS NULL AND holder IS NULL
            WHEN 'stage' THEN stage <> '' AND stage IS NOT NULL
            WHEN 'holder' THEN holder <> '' AND holder IS NOT NULL
            ELSE false
        END
    ),
    CONSTRAINT case_clock_started_at_check CHECK (isfinite(started_at)),
    CONSTRAINT case_clock_extensions_check CHECK (array_position(extensions, NULL) IS NULL),
    CONSTRAINT case_clock_stopped_at_check CHECK (isfinite(stopped_at) AND stopped_at >= started_at),
    CONSTRAINT case_clock_verdict_check CHECK (
        (stopped_at IS NULL) = (verdict IS NULL) AND verdict IN ('on time', 'overdue', 'void')
    )
);
CREATE INDEX case_clock_due_at_idx ON case_clock (due_at) WHERE stopped_at IS NULL;
COMMENT ON TABLE case_clock IS 'clocks of cases (案件计时): one for the whole case, one for each stage, one for each holder';
COMMENT ON COLUMN case_clock.caseno IS 'case number (案件编号)';
COMMENT ON COLUMN case_clock.clock IS 'number of the clock (计时序号)';
COMMENT ON COLUMN case_clock.kind IS 'what it measures (计时种类): case, from end to end 全程; stage, one stage 环节; holder, one holder''s share 承办单位';
COMMENT ON COLUMN case_clock.stage IS 'stage (环节); for a holder''s clock the stage in which he holds the case, if that matters';
COMMENT ON COLUMN case_clock.holder IS 'unit that holds the case (承办单位)';
COMMENT ON COLUMN case_clock.calendar IS 'calendar that it runs on (日历键)';
COMMENT ON COLUMN case_clock.edition IS 'edition of the calendar by which due_at was worked out (日历版本); later ones have the same answer, or the clock would have been moved';
COMMENT ON COLUMN case_clock.started_at IS 'when it began (起算时间)';
COMMENT ON COLUMN case_clock.term IS 'how long it may take (时限)';
COMMENT ON COLUMN case_clock.pauses IS 'when it stood still (暂停时段); one without an end holds still';
COMMENT ON COLUMN case_clock.extensions IS 'extensions that were granted (延期)';
COMMENT ON COLUMN case_clock.due_at IS 'deadline (截止时间): infinity while it is paused; worked out by a trigger';
COMMENT ON COLUMN case_clock.moved_from IS 'deadline before the last change of the calendar moved it (调整前截止时间)';
COMMENT ON COLUMN case_clock.stopped_at IS 'when it was stopped (停止时间); NULL while it is open';
COMMENT ON COLUMN case_clock.verdict IS 'verdict (结论): on time 按时, overdue 超时, void 作废; never changed by a change of the calendar';
COMMENT ON SEQUENCE case_clock_clock_seq IS 'numbers of clocks (计时序号)';

CREATE TABLE clock_move (
    caseno caseno NOT NULL,
    clock bigint NOT NULL,
    edition bigint NOT NULL,
    moved_at timestamptz NOT NULL DEFAULT now(),
    due_before timestamptz NOT NULL,
    due_after timestamptz NOT NULL,
    CONSTRAINT clock_move_pkey PRIMARY KEY (caseno, clock, moved_at, edition)
);
COMMENT ON TABLE clock_move IS 'deadlines that a change of the calendar moved (截止时间调整记录)';
COMMENT ON COLUMN clock_move.caseno IS 'case number (案件编号)';
COMMENT ON COLUMN clock_move.clock IS 'number of the clock (计时序号)';
COMMENT ON COLUMN clock_move.edition IS 'edition of the calendar that moved it (日历版本)';
COMMENT ON COLUMN clock_move.moved_at IS 'when it was moved (调整时间)';
COMMENT ON COLUMN clock_move.due_before IS 'deadline before (调整前截止时间)';
COMMENT ON COLUMN clock_move.due_after IS 'deadline after (调整后截止时间)';

SELECT pg_catalog.pg_extension_config_dump('case_clock', '');
SELECT pg_catalog.pg_extension_config_dump('case_clock_clock_seq', '');
SELECT pg_catalog.pg_extension_config_dump('clock_move', '');

-- Publishing a calendar moves the clocks that it can see; one that is just
-- being dated by the edition before would be left behind.  So whoever writes
-- clocks and whoever moves them keep apart, by an advisory lock that is taken
-- before any row is locked.
CREATE FUNCTION clock_lock() RETURNS bigint
    LANGUAGE SQL IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT hashtextextended('civicgrid clocks', 0);
END;
COMMENT ON FUNCTION clock_lock() IS
    'key of the advisory lock between writing clocks and moving them (计时锁键)';

CREATE FUNCTION share_clock_lock() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(@extschema@.clock_lock());
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION share_clock_lock() IS 'trigger: clocks are not written while a calendar moves them (计时锁)';
REVOKE EXECUTE ON FUNCTION share_clock_lock() FROM PUBLIC;

-- A snapshot that is kept from statement to statement does not see what was
-- committed since; who holds the lock must, or tell the caller to try again.
CREATE FUNCTION finds_latest(query text) RETURNS boolean
    LANGUAGE C STABLE STRICT PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'cg_finds_latest';
COMMENT ON FUNCTION finds_latest(text) IS
    'whether a query finds rows in what is committed by now, whatever the transaction''s own snapshot sees (按最新快照查询)';

CREATE FUNCTION keeps_snapshot() RETURNS boolean
    LANGUAGE SQL STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT current_setting('transaction_isolation') IN ('repeatable read', 'serializable');
END;
COMMENT ON FUNCTION keeps_snapshot() IS
    'whether the transaction sees all along what it saw first (是否沿用同一快照): REPEATABLE READ and SERIALIZABLE';

-- A row that comes with its deadline, from a backup, is taken as it is.  What
-- is in force is asked by the clock, after the lock: an edition may have been
-- published since the transaction began.
CREATE FUNCTION set_clock_due() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    cal @extschema@.workcal;
BEGIN
    IF TG_OP = 'UPDATE' OR NEW.edition IS NULL THEN
        NEW.edition := @extschema@.calendar_edition_in_force(NEW.calendar, clock_timestamp());
        IF @extschema@.keeps_snapshot() AND @extschema@.finds_latest(format(
            'SELECT FROM @extschema@.calendar_edition WHERE calendar = %L AND edition > %s',
            NEW.calendar,
            (SELECT coalesce(max(e.edition), 0) FROM @extschema@.calendar_edition AS e WHERE e.calendar = NEW.calendar)
        )) THEN
            RAISE EXCEPTION USING
                ERRCODE = 'serialization_failure',
                MESSAGE = format('another edition of calendar "%s" was published meanwhile', NEW.calendar),
                HINT = 'Try again in a new transaction.';
        END IF;
    END IF;
    SELECT e.workcal INTO cal
    FROM @extschema@.calendar_edition AS e
    WHERE e.edition = NEW.edition AND e.calendar = NEW.calendar;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG212',
            MESSAGE = CASE
                WHEN NEW.edition IS NULL THEN format('no edition of calendar "%s" is in force', NEW.calendar)
                ELSE format('calendar "%s" has no edition %s', NEW.calendar, NEW.edition)
            END,
            HINT = format('CALL civicgrid.publish_calendar(%L) publishes one.', NEW.calendar);
    END IF;
    NEW.due_at := @extschema@.due(cal, NEW.started_at, NEW.term, NEW.pauses, NEW.extensions);
    RETURN NEW;
END;
$$;
COMMENT ON FUNCTION set_clock_due() IS 'trigger: works out the deadline of a clock (计算截止时间)';
REVOKE EXECUTE ON FUNCTION set_clock_due() FROM PUBLIC;

CREATE FUNCTION refuse_stopped_clock() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'CG214',
        MESSAGE = format('clock %s of case %s was stopped and cannot be changed', OLD.clock, OLD.caseno),
        DETAIL = format('It was stopped at %s, %s.', OLD.stopped_at, OLD.verdict),
        HINT = 'Start a new clock.';
END;
$$;
COMMENT ON FUNCTION refuse_stopped_clock() IS 'trigger: a stopped clock is never changed (已停止的计时不可更改)';
REVOKE EXECUTE ON FUNCTION refuse_stopped_clock() FROM PUBLIC;

CREATE TRIGGER share_clock_lock
    BEFORE INSERT OR UPDATE OR DELETE ON case_clock
    FOR EACH STATEMENT EXECUTE FUNCTION share_clock_lock();
CREATE TRIGGER refuse_stopped_clock
    BEFORE UPDATE ON case_clock
    FOR EACH ROW WHEN (OLD.stopped_at IS NOT NULL)
    EXECUTE FUNCTION refuse_stopped_clock();
CREATE TRIGGER set_clock_due
    BEFORE INSERT ON case_clock
    FOR EACH ROW WHEN (NEW.due_at IS NULL)
    EXECUTE FUNCTION set_clock_due();
CREATE TRIGGER set_clock_due_again
    BEFORE UPDATE OF calendar, started_at, term, pauses, extensions ON case_clock
    FOR EACH ROW EXECUTE FUNCTION set_clock_due();
COMMENT ON TRIGGER share_clock_lock ON case_clock IS 'clocks are not written while a calendar moves them';
COMMENT ON TRIGGER refuse_stopped_clock ON case_clock IS 'a stopped clock is never changed';
COMMENT ON TRIGGER set_clock_due ON case_clock IS 'works out the deadline of a new clock';
COMMENT ON TRIGGER set_clock_due_again ON case_clock IS 'works out the deadline anew when anything that it depends on changes';

-- What is done with a clock.  None of these says who may: that is for the
-- verbs of the workflow, which call them.

CREATE FUNCTION start_clock(
    caseno caseno,
    kind text,
    calendar text,
    term term,
    stage text DEFAULT NULL,
    holder text DEFAULT NULL,
    at timestamptz DEFAULT now()
) RETURNS bigint
    LANGUAGE SQL VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
    INSERT INTO @extschema@.case_clock (caseno, kind, stage, holder, calendar, started_at, term)
    VALUES (start_clock.caseno, start_clock.kind, start_clock.stage, start_clock.holder,
        start_clock.calendar, start_clock.at, start_clock.term)
    RETURNING clock;
END;
COMMENT ON FUNCTION start_clock(caseno, text, text, term, text, text, timestamptz) IS
    'start a clock (开始计时); returns its number';

-- The clock, locked; an error unless it is open.
CREATE FUNCTION open_clock(caseno caseno, clock bigint) RETURNS case_clock
    LANGUAGE plpgsql VOLATILE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c @extschema@.case_clock;
BEGIN
    -- before the row, or it could wait for one who waits for the row
    PERFORM pg_advisory_xact_lock_shared(@extschema@.clock_lock());
    SELECT t.* INTO c
    FROM @extschema@.case_clock AS t
    WHERE t.caseno OPERATOR(@extschema@.=) open_clock.caseno AND t.clock = open_clock.clock
    FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG215',
            MESSAGE = format('case %s has no clock %s', open_clock.caseno, open_clock.clock);
    END IF;
    IF c.stopped_at IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG214',
            MESSAGE = format('clock %s of case %s was stopped and cannot be changed', c.clock, c.caseno),
            DETAIL = format('It was stopped at %s, %s.', c.stopped_at, c.verdict),
            HINT = 'Start a new clock.';
    END IF;
    RETURN c;
END;
$$;
COMMENT ON FUNCTION open_clock(caseno, bigint) IS 'an open clock, locked for a change (锁定计时)';

CREATE FUNCTION pause_clock(caseno caseno, clock bigint, at timestamptz DEFAULT now()) RETURNS timestamptz
    LANGUAGE plpgsql VOLATILE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c constant @extschema@.case_clock := @extschema@.open_clock(caseno, clock);
    due timestamptz;
BEGIN
    IF upper_inf(c.pauses) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG217',
            MESSAGE = format('clock %s of case %s is paused already', c.clock, c.caseno);
    END IF;
    UPDATE @extschema@.case_clock AS t
    SET pauses = c.pauses + tstzmultirange(tstzrange(at, NULL))
    WHERE t.caseno OPERATOR(@extschema@.=) c.caseno AND t.clock = c.clock
    RETURNING t.due_at INTO due;
    RETURN due;
END;
$$;
COMMENT ON FUNCTION pause_clock(caseno, bigint, timestamptz) IS
    'pause a clock (暂停计时); it has no deadline until it is resumed';

CREATE FUNCTION resume_clock(caseno caseno, clock bigint, at timestamptz DEFAULT now()) RETURNS timestamptz
    LANGUAGE plpgsql VOLATILE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c constant @extschema@.case_clock := @extschema@.open_clock(caseno, clock);
    due timestamptz;
BEGIN
    IF isempty(c.pauses) OR NOT upper_inf(c.pauses) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG217',
            MESSAGE = format('clock %s of case %s is not paused', c.clock, c.caseno);
    END IF;
    UPDATE @extschema@.case_clock AS t
    SET pauses = c.pauses - tstzmultirange(tstzrange(at, NULL))
    WHERE t.caseno OPERATOR(@extschema@.=) c.caseno AND t.clock = c.clock
    RETURNING t.due_at INTO due;
    RETURN due;
END;
$$;
COMMENT ON FUNCTION resume_clock(caseno, bigint, timestamptz) IS 'resume a paused clock (恢复计时); returns its deadline';

CREATE FUNCTION extend_clock(caseno caseno, clock bigint, extension term) RETURNS timestamptz
    LANGUAGE plpgsql VOLATILE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c constant @extschema@.case_clock := @extschema@.open_clock(caseno, clock);
    due timestamptz;
BEGIN
    UPDATE @extschema@.case_clock AS t
    SET extensions = c.extensions || extension
    WHERE t.caseno OPERATOR(@extschema@.=) c.caseno AND t.clock = c.clock
    RETURNING t.due_at INTO due;
    RETURN due;
END;
$$;
COMMENT ON FUNCTION extend_clock(caseno, bigint, term) IS 'grant a clock an extension (延期); returns its deadline';

CREATE FUNCTION stop_clock(caseno caseno, clock bigint, at timestamptz DEFAULT now(), void boolean DEFAULT false) RETURNS text
    LANGUAGE plpgsql VOLATILE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c constant @extschema@.case_clock := @extschema@.open_clock(caseno, clock);
    outcome text;
BEGIN
    -- a pause ends when the clock does, and only then there is a deadline
    IF upper_inf(c.pauses) THEN
        PERFORM @extschema@.resume_clock(caseno, clock, at);
    END IF;
    UPDATE @extschema@.case_clock AS t
    SET stopped_at = at,
        verdict = CASE WHEN void THEN 'void' WHEN at <= t.due_at THEN 'on time' ELSE 'overdue' END
    WHERE t.caseno OPERATOR(@extschema@.=) c.caseno AND t.clock = c.clock
    RETURNING t.verdict INTO outcome;
    RETURN outcome;
END;
$$;
COMMENT ON FUNCTION stop_clock(caseno, bigint, timestamptz, boolean) IS
    'stop a clock (停止计时); returns the verdict: on time, overdue, void';

REVOKE EXECUTE ON FUNCTION start_clock(caseno, text, text, term, text, text, timestamptz) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION open_clock(caseno, bigint) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION pause_clock(caseno, bigint, timestamptz) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION resume_clock(caseno, bigint, timestamptz) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION extend_clock(caseno, bigint, term) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION stop_clock(caseno, bigint, timestamptz, boolean) FROM PUBLIC;

-- Editions of calendars (日历版本): what was published, and never changes; what
-- one changes, and which deadlines it moves.  See doc/calendars.md.

CREATE TABLE calendar_edition (
    edition bigint NOT NULL,
    calendar text NOT NULL,
    valid_from timestamptz NOT NULL,
    known_on date,
    notices text[] NOT NULL,
    workcal workcal NOT NULL,
    published_at timestamptz NOT NULL DEFAULT now(),
    published_by text NOT NULL DEFAULT session_user,
    remark text,
    CONSTRAINT calendar_edition_pkey PRIMARY KEY (edition),
    CONSTRAINT calendar_edition_calendar_check CHECK (calendar <> ''),
    CONSTRAINT calendar_edition_valid_from_check CHECK (isfinite(valid_from))
);
CREATE INDEX calendar_edition_valid_from_idx ON calendar_edition (calendar, valid_from, edition);
COMMENT ON TABLE calendar_edition IS 'editions of calendars (日历版本); in force is the one of a calendar with the greatest valid_from that has come, of several the highest number';
COMMENT ON COLUMN calendar_edition.edition IS 'number of the edition (版本号), in the order of publishing, over all calendars';
COMMENT ON COLUMN calendar_edition.calendar IS 'calendar (日历键)';
COMMENT ON COLUMN calendar_edition.valid_from IS 'from when deadlines are worked out by it (生效时间)';
COMMENT ON COLUMN calendar_edition.known_on IS 'day whose knowledge it holds (知悉日期); NULL: all that was in the draft';
COMMENT ON COLUMN calendar_edition.notices IS 'notices that it rests on (所依据的通知)';
COMMENT ON COLUMN calendar_edition.workcal IS 'the calendar (工作日历)';
COMMENT ON COLUMN calendar_edition.published_at IS 'when it was published (发布时间)';
COMMENT ON COLUMN calendar_edition.published_by IS 'database user who published it (发布人)';
COMMENT ON COLUMN calendar_edition.remark IS 'remark (备注)';
SELECT pg_catalog.pg_extension_config_dump('calendar_edition', '');

CREATE TRIGGER refuse_edition_change
    BEFORE UPDATE OR DELETE OR TRUNCATE ON calendar_edition
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_edition_change();
COMMENT ON TRIGGER refuse_edition_change ON calendar_edition IS 'a published edition is never changed';

CREATE FUNCTION calendar_edition_in_force(name text, at timestamptz DEFAULT now()) RETURNS bigint
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT e.edition
    FROM @extschema@.calendar_edition AS e
    WHERE e.calendar = name AND e.valid_from <= at
    ORDER BY e.valid_from DESC, e.edition DESC
    LIMIT 1;
END;
COMMENT ON FUNCTION calendar_edition_in_force(text, timestamptz) IS
    'number of the edition of a calendar in force at an instant (生效日历版本); NULL before the first';

CREATE FUNCTION calendar_in_force(name text, at timestamptz DEFAULT now()) RETURNS workcal
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT e.workcal
    FROM @extschema@.calendar_edition AS e
    WHERE e.calendar = name AND e.valid_from <= at
    ORDER BY e.valid_from DESC, e.edition DESC
    LIMIT 1;
END;
COMMENT ON FUNCTION calendar_in_force(text, timestamptz) IS
    'a calendar as the edition in force at an instant has it (生效日历); NULL before the first edition';

-- An edition, or NULL for the draft.
CREATE FUNCTION calendar_version(name text, edition bigint) RETURNS workcal
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    cal @extschema@.workcal;
BEGIN
    IF calendar_version.edition IS NULL THEN
        RETURN @extschema@.calendar_draft(name);
    END IF;
    SELECT e.workcal INTO cal
    FROM @extschema@.calendar_edition AS e
    WHERE e.edition = calendar_version.edition AND e.calendar = name;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG213',
            MESSAGE = format('calendar "%s" has no edition %s', name, calendar_version.edition),
            HINT = 'SELECT edition, calendar, valid_from FROM civicgrid.calendar_edition lists them; NULL is the draft.';
    END IF;
    RETURN cal;
END;
$$;
COMMENT ON FUNCTION calendar_version(text, bigint) IS
    'a calendar as one of its editions has it (指定版本的日历); NULL is the draft';

-- The days of a calendar one by one, as its text says them.
CREATE FUNCTION workcal_days(calendar workcal, first date DEFAULT '-infinity', last date DEFAULT 'infinity')
    RETURNS TABLE (day date, shifts text[], name text, provisional boolean)
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
    ROWS 1000
BEGIN ATOMIC
    WITH r AS MATERIALIZED (
        SELECT calendar::text::jsonb AS rules
    ),
    c AS MATERIALIZED (
        SELECT r.rules -> 'week' AS week, r.rules -> 'days' AS days,
               (r.rules ->> 'from')::date AS first_day, (r.rules ->> 'to')::date AS last_day,
               (r.rules ->> 'provisional')::date AS provisional
        FROM r
    ),
    d AS (
        SELECT v.day::date AS day,
               (ARRAY['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])[extract(isodow FROM v.day)::integer] AS weekday,
               c.week,
               c.days -> to_char(v.day, 'YYYY-MM-DD') AS entry,
               v.day >= c.provisional AS provisional
        FROM c,
             generate_series(
                 greatest(first, c.first_day)::timestamp,
                 least(last, c.last_day)::timestamp,
                 interval '1 day'
             ) AS v (day)
    )
    SELECT d.day,
           ARRAY(
               SELECT jsonb_array_elements_text(CASE jsonb_typeof(d.entry)
                   WHEN 'array' THEN d.entry
                   WHEN 'string' THEN d.week -> (d.entry #>> '{}')
                   WHEN 'object' THEN coalesce(d.entry -> 'hours', d.week -> (d.entry ->> 'like'))
                   ELSE d.week -> d.weekday
               END)
           ),
           CASE WHEN jsonb_typeof(d.entry) = 'object' THEN d.entry ->> 'name' END,
           coalesce(d.provisional, false)
    FROM d;
END;
COMMENT ON FUNCTION workcal_days(workcal, date, date) IS
    'the days of a calendar one by one (逐日作息): shifts, none on a rest day, name, and whether it is provisional';

CREATE FUNCTION workcal_diff(before workcal, after workcal)
    RETURNS TABLE (day date, before_shifts text[], after_shifts text[], before_name text, after_name text)
    LANGUAGE SQL STABLE STRICT PARALLEL SAFE
    ROWS 10
BEGIN ATOMIC
    SELECT b.day, b.shifts, a.shifts, b.name, a.name
    FROM @extschema@.workcal_days(before) AS b
    JOIN @extschema@.workcal_days(after) AS a ON a.day = b.day
    WHERE a.shifts <> b.shifts
    ORDER BY b.day;
END;
COMMENT ON FUNCTION workcal_diff(workcal, workcal) IS
    'days on which two calendars have other hours (日历对比), as far as both reach';

CREATE FUNCTION calendar_diff(name text, from_edition bigint DEFAULT NULL, to_edition bigint DEFAULT NULL)
    RETURNS TABLE (day date, before_shifts text[], after_shifts text[], before_name text, after_name text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    ROWS 10
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    last_edition constant bigint := coalesce(from_edition, (
        SELECT max(e.edition) FROM @extschema@.calendar_edition AS e WHERE e.calendar = calendar_diff.name
    ));
BEGIN
    IF last_edition IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG213',
            MESSAGE = format('calendar "%s" has no edition yet', calendar_diff.name),
            HINT = format('CALL civicgrid.publish_calendar(%L) publishes one.', calendar_diff.name);
    END IF;
    RETURN QUERY
    SELECT d.*
    FROM @extschema@.workcal_diff(
        @extschema@.calendar_version(calendar_diff.name, last_edition),
        @extschema@.calendar_version(calendar_diff.name, to_edition)
    ) AS d;
END;
$$;
COMMENT ON FUNCTION calendar_diff(text, bigint, bigint) IS
    'days on which an edition of a calendar, by default the last, differs from another or from the draft (日历版本对比)';

CREATE FUNCTION clock_diff(name text, to_edition bigint DEFAULT NULL)
    RETURNS TABLE (
        caseno caseno, clock bigint, kind text, stage text, holder text,
        due_before timestamptz, due_after timestamptz, moved interval
    )
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    cal constant @extschema@.workcal := @extschema@.calendar_version(name, to_edition);
BEGIN
    RETURN QUERY
    SELECT v.caseno, v.clock, v.kind, v.stage, v.holder, v.due_at, v.after, v.after - v.due_at
    FROM (
        SELECT c.*, @extschema@.due(cal, c.started_at, c.term, c.pauses, c.extensions) AS after
        FROM @extschema@.case_clock AS c
        WHERE c.calendar = name AND c.stopped_at IS NULL AND c.due_at < 'infinity'
    ) AS v
    WHERE v.after <> v.due_at
    ORDER BY v.caseno::text COLLATE "C", v.clock;
END;
$$;
COMMENT ON FUNCTION clock_diff(text, bigint) IS
    'open clocks whose deadline an edition, or the draft, would move, and by how much (截止时间影响预览)';

-- Moves what is open to the edition in force, in one statement; what has been
-- decided stays.  Idempotent: a clock that has its deadline already is not
-- touched.  Which edition is in force is asked when nobody else writes clocks or
-- moves them.
CREATE PROCEDURE move_clocks(name text, at timestamptz DEFAULT NULL, INOUT moved bigint DEFAULT NULL)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    shown constant integer := 5;
    target bigint;
    cal @extschema@.workcal;
    c @extschema@.case_clock;
    faults integer := 0;
    listed text;
    why text;
BEGIN
    PERFORM pg_advisory_xact_lock(@extschema@.clock_lock());
    target := @extschema@.calendar_edition_in_force(name, coalesce(at, clock_timestamp()));
    IF target IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG212',
            MESSAGE = format('no edition of calendar "%s" is in force', name),
            HINT = format('CALL civicgrid.publish_calendar(%L) publishes one.', name);
    END IF;
    SELECT e.workcal INTO cal FROM @extschema@.calendar_edition AS e WHERE e.edition = target;
    BEGIN
        WITH m AS (
            UPDATE @extschema@.case_clock AS t
            SET edition = e.edition,
                moved_from = t.due_at,
                due_at = @extschema@.due(e.workcal, t.started_at, t.term, t.pauses, t.extensions)
            FROM @extschema@.calendar_edition AS e
            WHERE e.edition = target
                AND t.calendar = e.calendar
                AND t.stopped_at IS NULL
                AND t.due_at <> @extschema@.due(e.workcal, t.started_at, t.term, t.pauses, t.extensions)
            RETURNING t.caseno, t.clock, t.edition, t.moved_from, t.due_at
        )
        INSERT INTO @extschema@.clock_move (caseno, clock, edition, moved_at, due_before, due_after)
        SELECT m.caseno, m.clock, m.edition, now(), m.moved_from, m.due_at
        FROM m;
        GET DIAGNOSTICS moved = ROW_COUNT;
    EXCEPTION WHEN SQLSTATE 'CG201' OR SQLSTATE 'CG202' THEN
        -- say which clocks
        FOR c IN
            SELECT t.* FROM @extschema@.case_clock AS t WHERE t.calendar = name AND t.stopped_at IS NULL
            ORDER BY t.clock
        LOOP
            BEGIN
                PERFORM @extschema@.due(cal, c.started_at, c.term, c.pauses, c.extensions);
            EXCEPTION WHEN SQLSTATE 'CG201' OR SQLSTATE 'CG202' THEN
                GET STACKED DIAGNOSTICS why = MESSAGE_TEXT;
                faults := faults + 1;
                IF faults <= shown THEN
                    listed := concat_ws(E'\n', listed, format('Clock %s of case %s: %s.', c.clock, c.caseno, why));
                END IF;
            END;
        END LOOP;
        RAISE EXCEPTION USING
            ERRCODE = 'CG216',
            MESSAGE = format('%s of calendar "%s" cannot be dated by edition %s',
                CASE faults WHEN 1 THEN '1 open clock' ELSE faults || ' open clocks' END, name, target),
            DETAIL = listed || CASE WHEN faults > shown THEN format(E'\n… and %s more', faults - shown) ELSE '' END,
            HINT = 'Widen the horizon of the calendar: calendar.first_day, calendar.years_ahead.';
    END;
    -- clocks, or an edition, that were committed after the snapshot
    IF @extschema@.keeps_snapshot() AND @extschema@.finds_latest(format(
        $query$
        SELECT FROM @extschema@.calendar_edition AS e
        JOIN @extschema@.case_clock AS t ON t.calendar = e.calendar AND t.stopped_at IS NULL
        WHERE e.edition = %s
            AND t.due_at <> @extschema@.due(e.workcal, t.started_at, t.term, t.pauses, t.extensions)
        $query$, target
    )) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'serialization_failure',
            MESSAGE = format('clocks of calendar "%s" were written meanwhile', name),
            HINT = 'Try again in a new transaction.';
    END IF;
END;
$$;
COMMENT ON PROCEDURE move_clocks(text, timestamptz, bigint) IS
    'move the open clocks of a calendar to the edition in force (调整截止时间), and log each that moves; publish_calendar() does it, and whoever published for a later day does it then';
REVOKE EXECUTE ON PROCEDURE move_clocks(text, timestamptz, bigint) FROM PUBLIC;

CREATE PROCEDURE publish_calendar(
    name text,
    valid_from timestamptz DEFAULT NULL,
    INOUT edition bigint DEFAULT NULL,
    remark text DEFAULT NULL,
    known_on date DEFAULT NULL
)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    shown constant integer := 5;
    finding record;
    errors integer := 0;
    listed text;
    cal @extschema@.workcal;
    notices text[];
    instant timestamptz;
    moved bigint;
BEGIN
    IF NOT isfinite(publish_calendar.valid_from) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'an edition of a calendar needs an instant from which it holds',
            DETAIL = format('valid_from is %s.', publish_calendar.valid_from);
    END IF;
    PERFORM FROM @extschema@.calendar AS c WHERE c.calendar = publish_calendar.name;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG210',
            MESSAGE = format('there is no calendar "%s"', coalesce(publish_calendar.name, 'NULL')),
            HINT = 'SELECT calendar FROM civicgrid.calendar lists them.';
    END IF;

    -- One publishes at a time, and nobody edits meanwhile; whoever only reads
    -- does not wait.  Who has edited and goes on to publish must not wait for
    -- one who publishes and waits for the edit: so the draft comes first.
    LOCK TABLE @extschema@.calendar, @extschema@.calendar_week, @extschema@.calendar_day,
        @extschema@.calendar_season, @extschema@.holiday_notice, @extschema@.holiday_day IN SHARE MODE;
    LOCK TABLE @extschema@.calendar_edition IN SHARE ROW EXCLUSIVE MODE;
    instant := clock_timestamp();
    -- by default from now on, unless another edition came into force since
    publish_calendar.valid_from := coalesce(publish_calendar.valid_from, greatest(now(), (
        SELECT max(e.valid_from) FROM @extschema@.calendar_edition AS e
        WHERE e.calendar = publish_calendar.name AND e.valid_from <= instant
    )));

    FOR finding IN
        SELECT k.* FROM @extschema@.calendar_check(publish_calendar.name) AS k WHERE k.severity = 'error'
    LOOP
        errors := errors + 1;
        IF errors <= shown THEN
            listed := concat_ws(E'\n', listed, format('%s: %s. %s',
                concat_ws(' ', coalesce(finding.calendar, finding.notice), finding.day), finding.fault, finding.detail));
        END IF;
    END LOOP;
    IF errors > 0 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'CG211',
            MESSAGE = format('the draft of calendar "%s" has %s', publish_calendar.name,
                CASE errors WHEN 1 THEN '1 error' ELSE errors || ' errors' END),
            DETAIL = listed || CASE WHEN errors > shown THEN format(E'\n… and %s more', errors - shown) ELSE '' END,
            HINT = format('SELECT * FROM civicgrid.calendar_check(%L) lists them all.', publish_calendar.name);
    END IF;

    cal := @extschema@.calendar_known_at(publish_calendar.name, coalesce(publish_calendar.known_on, 'infinity'));
    SELECT coalesce(array_agg(n.notice ORDER BY n.published, n.notice COLLATE "C"), '{}')
    INTO notices
    FROM @extschema@.holiday_notice AS n
    JOIN @extschema@.calendar AS c ON n.series = ANY (c.follows)
    WHERE c.calendar = publish_calendar.name
        AND n.published <= coalesce(publish_calendar.known_on, 'infinity');
    SELECT coalesce(max(e.edition), 0) + 1 INTO publish_calendar.edition FROM @extschema@.calendar_edition AS e;
    BEGIN
        INSERT INTO @extschema@.calendar_edition (edition, calendar, valid_from, known_on, notices, workcal, remark)
        VALUES (publish_calendar.edition, publish_calendar.name, publish_calendar.valid_from,
            publish_calendar.known_on, notices, cal, publish_calendar.remark);
    EXCEPTION WHEN unique_violation THEN
        -- the snapshot is older than what another session has published
        RAISE EXCEPTION USING
            ERRCODE = 'serialization_failure',
            MESSAGE = 'another edition of a calendar was published meanwhile',
            HINT = 'Try again in a new transaction.';
    END;

    IF @extschema@.calendar_edition_in_force(publish_calendar.name, instant) = publish_calendar.edition THEN
        CALL @extschema@.move_clocks(publish_calendar.name, instant, moved);
        RAISE NOTICE USING
            MESSAGE = format('edition %s of calendar "%s": %s moved', publish_calendar.edition, publish_calendar.name,
                CASE moved WHEN 1 THEN '1 open clock' ELSE moved || ' open clocks' END);
    ELSE
        RAISE NOTICE USING
            MESSAGE = format('edition %s of calendar "%s" is not in force now; no clock moved', publish_calendar.edition, publish_calendar.name),
            HINT = format('CALL civicgrid.move_clocks(%L) moves them when it is.', publish_calendar.name);
    END IF;
END;
$$;
COMMENT ON PROCEDURE publish_calendar(text, timestamptz, bigint, text, date) IS
    'publish the draft of a calendar (发布日历) as an edition that holds from an instant on, and move the open clocks to it; refused while calendar_check() finds an error';
REVOKE EXECUTE ON PROCEDURE publish_calendar(text, timestamptz, bigint, text, date) FROM PUBLIC;

CREATE FUNCTION clock_check() RETURNS TABLE (caseno caseno, clock bigint, fault text, detail text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    SELECT c.caseno, c.clock, 'unknown edition', format('Calendar "%s" has no edition %s.', c.calendar, c.edition)
    FROM @extschema@.case_clock AS c
    WHERE NOT EXISTS (
        SELECT FROM @extschema@.calendar_edition AS e WHERE e.edition = c.edition AND e.calendar = c.calendar
    );
    RETURN QUERY
    SELECT v.caseno, v.clock, 'wrong deadline', format('It is %s, and should be %s.', v.due_at, v.due)
    FROM (
        SELECT c.caseno, c.clock, c.due_at,
               @extschema@.due(e.workcal, c.started_at, c.term, c.pauses, c.extensions) AS due
        FROM @extschema@.calendar_edition AS e
        JOIN @extschema@.case_clock AS c ON c.edition = e.edition AND c.calendar = e.calendar
    ) AS v
    WHERE v.due <> v.due_at;
    -- what publishing should have moved
    RETURN QUERY
    SELECT v.caseno, v.clock, 'not moved', format('By edition %s, now in force, it is due at %s.', v.edition, v.due)
    FROM (
        SELECT c.caseno, c.clock, c.due_at, e.edition,
               @extschema@.due(e.workcal, c.started_at, c.term, c.pauses, c.extensions) AS due
        FROM @extschema@.calendar_edition AS e
        JOIN @extschema@.case_clock AS c ON c.calendar = e.calendar AND c.stopped_at IS NULL
        WHERE e.edition = @extschema@.calendar_edition_in_force(e.calendar, clock_timestamp())
    ) AS v
    WHERE v.due <> v.due_at;
END;
$$;
COMMENT ON FUNCTION clock_check() IS
    'clocks whose deadline is not what their facts make it (计时检查), or that move_clocks() has to move; no rows where all is well';

CREATE VIEW clock_reading AS
SELECT c.caseno, c.clock, c.kind, c.stage, c.holder, c.calendar, c.edition, c.started_at, c.term,
       upper_inf(c.pauses) AND NOT isempty(c.pauses) AS paused,
       cardinality(c.extensions) AS extensions,
       c.due_at, c.moved_from,
       c.stopped_at, c.verdict,
       elapsed(e.workcal, c.started_at, c.term, c.pauses, c.extensions, coalesce(c.stopped_at, now())) AS elapsed,
       remaining(e.workcal, c.started_at, c.term, c.pauses, c.extensions, coalesce(c.stopped_at, now())) AS remaining,
       used_ratio(e.workcal, c.started_at, c.term, c.pauses, c.extensions, coalesce(c.stopped_at, now())) AS used_ratio,
       CASE WHEN isfinite(c.due_at) THEN is_provisional(e.workcal, c.due_at) ELSE false END AS provisional
FROM case_clock AS c
LEFT JOIN calendar_edition AS e ON e.edition = c.edition;
COMMENT ON VIEW clock_reading IS 'clocks as they stand now, or stood when they were stopped (计时读数)';
COMMENT ON COLUMN clock_reading.caseno IS 'case number (案件编号)';
COMMENT ON COLUMN clock_reading.clock IS 'number of the clock (计时序号)';
COMMENT ON COLUMN clock_reading.kind IS 'what it measures (计时种类): case, stage, holder';
COMMENT ON COLUMN clock_reading.stage IS 'stage (环节)';
COMMENT ON COLUMN clock_reading.holder IS 'unit that holds the case (承办单位)';
COMMENT ON COLUMN clock_reading.calendar IS 'calendar that it runs on (日历键)';
COMMENT ON COLUMN clock_reading.edition IS 'edition of the calendar (日历版本)';
COMMENT ON COLUMN clock_reading.started_at IS 'when it began (起算时间)';
COMMENT ON COLUMN clock_reading.term IS 'how long it may take (时限)';
COMMENT ON COLUMN clock_reading.paused IS 'it stands still (暂停中)';
COMMENT ON COLUMN clock_reading.extensions IS 'how many extensions were granted (延期次数)';
COMMENT ON COLUMN clock_reading.due_at IS 'deadline (截止时间)';
COMMENT ON COLUMN clock_reading.moved_from IS 'deadline before the last change of the calendar moved it (调整前截止时间)';
COMMENT ON COLUMN clock_reading.stopped_at IS 'when it was stopped (停止时间)';
COMMENT ON COLUMN clock_reading.verdict IS 'verdict (结论): on time 按时, overdue 超时, void 作废';
COMMENT ON COLUMN clock_reading.elapsed IS 'how much has passed (已用时间), of working time where the term counts that';
COMMENT ON COLUMN clock_reading.remaining IS 'how much is left (剩余时间), negative when it is late';
COMMENT ON COLUMN clock_reading.used_ratio IS 'share of the time that is used (已用比例)';
COMMENT ON COLUMN clock_reading.provisional IS 'the deadline lies where the holidays are not known yet (暂定)';

-- Which notices moved a deadline: those of the edition that were not in the
-- one before it.
CREATE VIEW clock_move_notice AS
SELECT m.caseno, m.clock, m.edition, m.moved_at, m.due_before, m.due_after, m.due_after - m.due_before AS moved,
       ARRAY(
           SELECT coalesce(n.document, n.title, v.notice)
           FROM unnest(e.notices) WITH ORDINALITY AS v (notice, o)
           LEFT JOIN holiday_notice AS n ON n.notice = v.notice
           WHERE v.notice <> ALL (coalesce((
               SELECT p.notices
               FROM calendar_edition AS p
               WHERE p.calendar = e.calendar AND p.edition < e.edition
               ORDER BY p.edition DESC
               LIMIT 1
           ), '{}'))
           ORDER BY v.o
       ) AS notices
FROM clock_move AS m
JOIN calendar_edition AS e ON e.edition = m.edition;
COMMENT ON VIEW clock_move_notice IS 'deadlines that were moved, and the notices for which (截止时间调整依据)';
COMMENT ON COLUMN clock_move_notice.caseno IS 'case number (案件编号)';
COMMENT ON COLUMN clock_move_notice.clock IS 'number of the clock (计时序号)';
COMMENT ON COLUMN clock_move_notice.edition IS 'edition of the calendar that moved it (日历版本)';
COMMENT ON COLUMN clock_move_notice.moved_at IS 'when it was moved (调整时间)';
COMMENT ON COLUMN clock_move_notice.due_before IS 'deadline before (调整前截止时间)';
COMMENT ON COLUMN clock_move_notice.due_after IS 'deadline after (调整后截止时间)';
COMMENT ON COLUMN clock_move_notice.moved IS 'by how much (调整幅度)';
COMMENT ON COLUMN clock_move_notice.notices IS 'document numbers of the notices that are new in the edition (依据文号); none where the site changed its own days or hours';
