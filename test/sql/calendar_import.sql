--
-- Holidays in: iCalendar and tables
--
SET search_path = civicgrid, public;
SET client_min_messages = notice;
SET DateStyle = 'German';
\set SHOW_CONTEXT never

-- what people write
SELECT s AS source, holiday_status(s) AS off, holiday_title(s) AS name FROM unnest(ARRAY[
    '元旦（休）', '元旦(休)', '春节 补班', '上班(补春节假期)', '春节假期', '春节(班)', '放假', '休', '班', '假', '劳动节放假调休', '国庆节调休上班',
    '补班：国庆节', '工作日', '休息日', '公休', 'Labour Day(Workday)', 'New Year''s Day(Holiday)', 'make-up workday', 'off', 'OFF', 'true', 'f', '1', '0',
    '清明', '调休', '春节值班', '立春', '春节放假，2月14日上班', '退休', '', 'holly'
]) AS s;
SELECT s AS source, to_char(holiday_date(s), 'YYYY-MM-DD') AS day FROM unnest(ARRAY[
    '2026-01-02', '20260102', '2026/1/2', '2026.01.02', '2026年1月2日', ' 2026-01-02 ', '2026-01-02 00:00:00', '20260102T000000',
    '2026-02-29', '20261301', '2026-1/2', '02.01.2026', '26-01-02', '20260102T090000', '2026-01-02 08:00:00', '', 'x'
]) AS s;

-- a calendar as the package chinese-days publishes it: folded lines, CRLF, ends
-- that are not part of the event, marks of Apple
CREATE TEMP VIEW ics AS
SELECT E'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example//Chinese Days//CN\r\nX-WR-CALNAME:中国节假日\r\n'
    'BEGIN:VTIMEZONE\r\nTZID:Asia/Shanghai\r\nBEGIN:STANDARD\r\nTZOFFSETFROM:+0800\r\nTZOFFSETTO:+0800\r\nTZNAME:CST\r\n'
    'DTSTART:19700101T000000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n'
    || string_agg(format(
        E'BEGIN:VEVENT\r\nUID:%s\r\nDTSTAMP:20260305T110113\r\nDTSTART;VALUE=DATE:%s\r\nDTEND;VALUE=DATE:%s\r\n'
        'X-MICROSOFT-CDO-ALLDAYEVENT:TRUE\r\nSUMMARY:%s(%s)\r\nTRANSP:TRANSPARENT\r\nLOCATION:北京\r\nDESCRIPTION:%s\r\nCATEGORIES:节假日\r\n'
        'X-APPLE-SPECIAL-DAY:%s\r\nX-APPLE-UNIVERSAL-ID:21bdca6f5f0d4a0bbb0f69791b4cdb42ff874f3842b1cec5cbcb5\r\n bd05ebcc384\r\nEND:VEVENT\r\n',
        n, b, e, name, CASE WHEN off THEN '休' ELSE '班' END, CASE WHEN off THEN '休' ELSE '班' END,
        CASE WHEN off THEN 'WORK-HOLIDAY' ELSE 'ALTERNATE-WORKDAY' END
    ), '' ORDER BY n)
    || E'END:VCALENDAR\r\n' AS text
FROM (VALUES
    (1, '20260101', '20260104', '元旦', true), (2, '20260215', '20260224', '春节', true), (3, '20260404', '20260407', '清明', true),
    (4, '20260501', '20260506', '劳动节', true), (5, '20260619', '20260622', '端午', true), (6, '20260925', '20260928', '中秋', true),
    (7, '20261001', '20261008', '国庆节', true), (8, '20260104', '20260105', '元旦', false), (9, '20260214', '20260215', '春节', false),
    (10, '20260228', '20260301', '春节', false), (11, '20260509', '20260510', '劳动节', false), (12, '20260920', '20260921', '国庆节', false),
    (13, '20261010', '20261011', '国庆节', false)
) AS v (n, b, e, name, off);
SELECT first_line, summary, to_char(first_day, 'YYYY-MM-DD') AS first, to_char(last_day, 'YYYY-MM-DD') AS last, off, name, reason
FROM ics, holiday_events(text);
BEGIN;
INSERT INTO holiday_notice (notice, series, year, title, published) VALUES ('package-2026', 'package', 2026, 'of a package', '2025-11-04');
SELECT i.* FROM ics, import_holidays_ics(text, notice => 'package-2026') AS i;
-- it says what is shipped
SELECT s.day, s.off, p.off FROM (SELECT * FROM holiday_day WHERE notice = 'state-2026') AS s
FULL JOIN (SELECT * FROM holiday_day WHERE notice = 'package-2026') AS p USING (day) WHERE p.off IS DISTINCT FROM s.off;
-- the same once more changes nothing
SELECT i.* FROM ics, import_holidays_ics(text, notice => 'package-2026') AS i;
-- into a calendar of a site, where a day off is a rest and a day worked is like Monday
SELECT i.* FROM ics, import_holidays_ics(text, calendar => 'office') AS i;
SELECT what, like_weekday, name, count(*) FROM calendar_day GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
ROLLBACK;

-- what offices write: no X- properties, LF, folds within a word, a BOM, dates
-- with midnight, durations, one day without an end, escapes, alarms
CREATE TEMP TABLE office (text text);
INSERT INTO office SELECT chr(65279) || replace($$BEGIN:VCALENDAR
BEGIN:VEVENT
DTSTART:20260101T000000
DTEND:20260104T000000
SUMMARY:元旦（休）
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID="Asia/Shanghai";VALUE=DATE:20260104
SUMMARY:元旦
 ⇥补班
BEGIN:VALARM
SUMMARY:春节（休）
DTSTART;VALUE=DATE:20300101
TRIGGER:-PT15M
END:VALARM
END:VEVENT
begin:vevent
dtstart;value=date:20260215
duration:P9D
summary:春节\, 农历新年\; 一\\二\n放假
end:vevent
BEGIN:VEVENT
DTSTART;VALUE=DATE:20260404
DURATION:P1W
SUMMARY;LANGUAGE=zh-CN:假
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20260501
DTEND;VALUE=DATE:20260501
SUMMARY:劳动节
DESCRIPTION:休
END:VEVENT
BEGIN:VTODO
SUMMARY:no event
END:VTODO
END:VCALENDAR$$, '⇥', chr(9));
SELECT first_line, summary, to_char(first_day, 'YYYY-MM-DD') AS first, to_char(last_day, 'YYYY-MM-DD') AS last, off, name, reason
FROM office, holiday_events(text);

-- what cannot be read is told, and then nothing is loaded
CREATE TEMP TABLE bad (text text);
INSERT INTO bad VALUES ($$BEGIN:VCALENDAR
BEGIN:VEVENT
DTSTART;VALUE=DATE:20260101
SUMMARY:元旦（休）
END:VEVENT
BEGIN:VEVENT
SUMMARY:没有日期（休）
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20260230
SUMMARY:不存在的日期（休）
END:VEVENT
BEGIN:VEVENT
DTSTART:20260301T090000
DTEND:20260301T120000
SUMMARY:上午放假
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20260302
DTEND;VALUE=DATE:20260301
SUMMARY:倒置（休）
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20260302
DTEND:20260303T120000Z
SUMMARY:到中午（休）
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20260302
DURATION:PT36H
SUMMARY:三十六小时（休）
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20260302
DTEND;VALUE=DATE:20260901
SUMMARY:暑假（休）
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20260303
RRULE:FREQ=YEARLY
SUMMARY:每年（休）
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20260304
STATUS:CANCELLED
SUMMARY:取消（休）
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20260305
SUMMARY:惊蛰
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20260306
SUMMARY:矛盾（班）
X-APPLE-SPECIAL-DAY:WORK-HOLIDAY
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20260307
this is no property
SUMMARY:乱（休）
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20260101
SUMMARY:元旦（班）
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20260308
SUMMARY:被截断（休）$$);
BEGIN;
INSERT INTO holiday_notice (notice, series, year, title, published) VALUES ('city-2026', 'city', 2026, '…', '2025-11-04');
SELECT i.* FROM bad, import_holidays_ics(text, notice => 'city-2026') AS i;
SELECT count(*) FROM holiday_day WHERE notice = 'city-2026';
-- or the rest, when that is wanted
SELECT count(*) FROM bad, import_holidays_ics(text, notice => 'city-2026', partial => true) AS i;
SELECT to_char(day, 'YYYY-MM-DD') AS day, off, name, origin FROM holiday_day WHERE notice = 'city-2026';
-- what is there already is not changed unasked
SELECT * FROM import_holidays_ics(E'BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101\nDTEND:20260103\nSUMMARY:元旦（班）\nEND:VEVENT\nEND:VCALENDAR', notice => 'city-2026');
SELECT * FROM import_holidays_ics(E'BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101\nDTEND:20260103\nSUMMARY:元旦（班）\nEND:VEVENT\nEND:VCALENDAR', notice => 'city-2026', replace => true);
SELECT to_char(day, 'YYYY-MM-DD') AS day, off, name FROM holiday_day WHERE notice = 'city-2026' ORDER BY day;
-- a row that is shipped becomes an edited one
SELECT * FROM import_holidays_ics(E'BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260104\nSUMMARY:元旦（休）\nEND:VEVENT\nEND:VCALENDAR', notice => 'state-2026', replace => true);
SELECT to_char(day, 'YYYY-MM-DD') AS day, off, origin FROM holiday_day WHERE notice = 'state-2026' AND day = '04.01.2026';
-- no events, no rows
SELECT * FROM import_holidays_ics('BEGIN:VCALENDAR', notice => 'city-2026');
ROLLBACK;

-- a table
BEGIN;
CREATE TABLE tests.holidays (id serial, "日期" text, is_off_day boolean, "节日" text);
INSERT INTO tests.holidays ("日期", is_off_day, "节日") VALUES
    ('2027-01-01', true, '元旦'), ('2027/1/2', true, '元旦'), ('2027年1月3日', true, ' '), ('20270104', false, NULL);
INSERT INTO holiday_notice (notice, year, title, published) VALUES ('state-2027', 2027, '…', '2026-11-04');
SELECT * FROM import_holidays('tests.holidays', '日期', 'is_off_day', '节日', notice => 'state-2027');
SELECT to_char(day, 'YYYY-MM-DD') AS day, off, name FROM holiday_day WHERE notice = 'state-2027' ORDER BY day;
CREATE VIEW tests.dated AS SELECT DATE '2027-05-01' AS d, '休' AS s UNION ALL SELECT '2027-05-08', '补班' UNION ALL SELECT '2027-05-09', '?' UNION ALL SELECT NULL, NULL;
SELECT * FROM import_holidays('tests.dated', 'd', 's', calendar => 'office');
SELECT * FROM import_holidays('tests.dated', 'd', 's', calendar => 'office', partial => true);
SELECT to_char(day, 'YYYY-MM-DD') AS day, what, like_weekday, name FROM calendar_day ORDER BY day;
UPDATE calendar_day SET what = 'hours', hours = '{09:00-12:00}', like_weekday = NULL WHERE day = '08.05.2027';
SELECT * FROM import_holidays('tests.dated', 'd', 's', calendar => 'office', partial => true);
SELECT * FROM import_holidays('tests.dated', 'd', 's', calendar => 'office', partial => true, replace => true);
SELECT to_char(day, 'YYYY-MM-DD') AS day, what, like_weekday, hours FROM calendar_day ORDER BY day;
ROLLBACK;

\x on
SELECT (tests.error_of(s)).* FROM unnest(ARRAY[
    $$SELECT civicgrid.import_holidays_ics(NULL, notice => 'state-2026')$$,
    $$SELECT civicgrid.import_holidays_ics('<html>', notice => 'state-2026')$$,
    $$SELECT civicgrid.import_holidays_ics('BEGIN:VCALENDAR')$$,
    $$SELECT civicgrid.import_holidays_ics('BEGIN:VCALENDAR', notice => 'state-2026', calendar => 'office')$$,
    $$SELECT civicgrid.import_holidays_ics('BEGIN:VCALENDAR', notice => 'state-1926')$$,
    $$SELECT civicgrid.import_holidays_ics('BEGIN:VCALENDAR', calendar => 'atlantis')$$,
    $$SELECT civicgrid.import_holidays('pg_catalog.pg_class', 'oid', NULL, notice => 'state-2026')$$,
    $$SELECT civicgrid.import_holidays('pg_catalog.pg_class', 'day', 'oid', 'Name', notice => 'state-2026')$$
]) AS s;
\x off
