
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
