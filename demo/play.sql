-- The play: collectors, dispatchers, departments and checkers work on what is
-- reported, through the verbs and in their roles, in the order of time.  What
-- looks like chance is drawn from the number of the report: every run is the
-- same.
SET search_path = civicgrid, public;
SET timezone = 'Asia/Shanghai';

-- Accounts: one for the dispatchers, one for the supervisors, one for the
-- collectors of each street, one for the handlers of each department and street.
-- Several people share an account; who acts is told by civicgrid.person.
CREATE TABLE demo.account AS
SELECT a.role, u.unit, v.acts_for, 'demo_' || a.role || CASE WHEN v.acts_for = 1 THEN '' ELSE '_' || v.acts_for END AS account
FROM (VALUES ('collector', 3), ('handler', 2), ('dispatcher', 1), ('supervisor', 1)) AS a (role, level)
JOIN unit AS u ON u.level >= a.level,
LATERAL (
    SELECT CASE
        WHEN a.level = 1 THEN 1
        ELSE coalesce((SELECT s.code::text::bigint FROM demo.street AS s WHERE u.territory <@ s.code), u.unit)
    END AS acts_for
) AS v;
ALTER TABLE demo.account ADD PRIMARY KEY (role, unit);
SELECT DISTINCT format('CREATE ROLE %I', account) FROM demo.account ORDER BY 1 \gexec
SELECT count(grant_role(account, role, acts_for)) AS grants
FROM (SELECT DISTINCT account, role, acts_for FROM demo.account) AS a \gset

-- What is going to happen.
CREATE TABLE demo.plan (
    at timestamptz NOT NULL,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    act text NOT NULL,
    no integer,
    PRIMARY KEY (at, seq)
);

-- What was refused, and why.
CREATE TABLE demo.refusal (at timestamptz, act text, no integer, sqlstate text, message text, detail text);

CREATE FUNCTION demo.later(at timestamptz, no integer, act text, minutes double precision, office boolean DEFAULT false) RETURNS void
    LANGUAGE plpgsql
    SET search_path = civicgrid, demo, public, pg_temp
AS $$
DECLARE
    start timestamptz := later.at;
BEGIN
    IF office THEN
        start := next_open(calendar_in_force('office', later.at), start);
    END IF;
    start := start + minutes * interval '1 minute';
    IF office THEN
        start := next_open(calendar_in_force('office', later.at), start);
    END IF;
    INSERT INTO demo.plan (at, act, no) VALUES (date_trunc('second', start) + interval '1 second', later.act, later.no);
END;
$$;

-- From here on an account acts, and nobody else.
CREATE FUNCTION demo.become(role text, unit bigint, person text) RETURNS void
    LANGUAGE plpgsql
    SET search_path = civicgrid, demo, public, pg_temp
AS $$
BEGIN
    PERFORM set_config('civicgrid.person', person, false);
    PERFORM set_config('role', (
        SELECT a.account FROM demo.account AS a WHERE a.role = become.role AND a.unit = become.unit
    ), false);
END;
$$;

-- One act on one case.
CREATE FUNCTION demo.perform(act text, no integer, at timestamptz) RETURNS void
    LANGUAGE plpgsql
    SET search_path = civicgrid, demo, public, pg_temp
AS $$
DECLARE
    r demo.report;
    s case_state;
    done case_state;
    t record;
    key constant text := no || '/' || act;
    other caseno;
    other_unit bigint;
    due timestamptz;
    share double precision;
BEGIN
    SELECT x.* INTO r FROM demo.report AS x WHERE x.no = perform.no;
    IF act = 'report' THEN
        IF r.channel = 'grid' THEN
            PERFORM demo.become('collector', r.cell::text::bigint, '网格员' || r.cell::text);
        ELSE
            PERFORM demo.become('dispatcher', 1, '受理员' || 1 + no % 9);
        END IF;
        other := report_event(r.channel, r.words, r.location, class => r.class, severity => r.severity, reporter => r.reporter,
            external_id => r.external_id, at => perform.at);
        PERFORM set_config('role', 'none', false);
        UPDATE demo.report AS x SET caseno = other WHERE x.no = perform.no;
        PERFORM demo.later(at, no, 'accept', 1 - 5 * ln(1 - demo.draw(key, 'minutes')));
        RETURN;
    END IF;
    SELECT c.* INTO s FROM case_state AS c WHERE c.caseno = r.caseno;
    IF at < s.at THEN
        -- somebody else was at it meanwhile
        PERFORM demo.later(s.at, no, act, 1);
        RETURN;
    END IF;
    CASE act
    WHEN 'accept' THEN
        IF s.state <> 'reported' THEN
            RETURN;
        END IF;
        PERFORM demo.become('dispatcher', s.unit, '受理员' || 1 + no % 9);
        IF r.true_class IS NOT NULL AND r.true_class IS DISTINCT FROM (
            SELECT c.class FROM case_record AS c WHERE c.caseno = r.caseno
        ) THEN
            -- the machine was not sure, or wrong: a person decides
            done := amend(r.caseno, '人工确认分类', class => r.true_class, at => perform.at);
        END IF;
        IF demo.draw(key, 'void') < 0.01 THEN
            done := void_case(r.caseno, '咨询类，已当场答复', perform.at);
            PERFORM set_config('role', 'none', false);
            RETURN;
        END IF;
        -- a duplicate of a case that has not been dispatched yet goes with it
        SELECT l.other INTO other
        FROM case_link AS l JOIN case_state AS m ON m.caseno = l.other
        WHERE l.caseno = r.caseno AND l.link = 'duplicate' AND m.state IN ('filed', 'dispatched', 'handling')
        ORDER BY l.score DESC, l.other::text LIMIT 1;
        IF other IS NOT NULL AND demo.draw(key, 'merge') < 0.6 THEN
            done := merge_cases(r.caseno, other, '同一问题重复上报', perform.at);
        ELSIF demo.draw(key, 'verify') < 0.08 AND r.location IS NOT NULL THEN
            done := verify(r.caseno, remark => '请到现场核实', at => perform.at);
            PERFORM set_config('role', 'none', false);
            PERFORM demo.later(at, no, 'verified', 10 - 60 * ln(1 - demo.draw(key, 'minutes')));
        ELSE
            done := file_case(r.caseno, at => perform.at);
            PERFORM set_config('role', 'none', false);
            PERFORM demo.later(at, no, 'dispatch', 1 - 5 * ln(1 - demo.draw(key, 'minutes')));
        END IF;
    WHEN 'verified' THEN
        PERFORM demo.become('collector', s.unit, '网格员' || s.unit);
        IF demo.draw(key, 'found') < 0.05 THEN
            done := verified(r.caseno, false, '现场未发现所述问题', at => perform.at);
            PERFORM demo.become('dispatcher', done.unit, '受理员' || 1 + no % 9);
            done := void_case(r.caseno, '核实未发现', perform.at + interval '1 minute');
            PERFORM set_config('role', 'none', false);
        ELSE
            done := verified(r.caseno, true, '情况属实', at => perform.at);
            PERFORM demo.become('dispatcher', done.unit, '受理员' || 1 + no % 9);
            done := file_case(r.caseno, at => perform.at + interval '2 minutes');
            PERFORM set_config('role', 'none', false);
            PERFORM demo.later(at, no, 'dispatch', 3 - 5 * ln(1 - demo.draw(key, 'minutes')));
        END IF;
    WHEN 'dispatch', 'dispatch again' THEN
        IF s.state NOT IN ('filed', 'returned') THEN
            RETURN;
        END IF;
        PERFORM demo.become('dispatcher', s.centre, '分拨员' || 1 + no % 7);
        IF s.state = 'returned' OR s.reopens > 0 THEN
            -- to whom the last unit said it belongs; a third time it is decided
            SELECT x.suggested_unit AS unit INTO t FROM case_return AS x WHERE x.caseno = r.caseno ORDER BY x.at DESC LIMIT 1;
            IF s.returns >= 2 THEN
                PERFORM demo.become('supervisor', s.centre, '督查员1');
                done := adjudicate(r.caseno, '谁主管谁负责，先办后议', unit => coalesce(r.true_unit, t.unit, s.lead), at => perform.at);
            ELSE
                done := dispatch(r.caseno, coalesce(t.unit, s.lead), '按退件意见', perform.at);
            END IF;
        ELSIF r.true_unit IS NOT NULL AND (s.routing IS NULL OR routing_is_fallback(s.routing)) AND demo.draw(key, 'knows') < 0.8 THEN
            -- the rulebook is silent, and the dispatcher knows
            done := dispatch(r.caseno, r.true_unit, '规则未覆盖，按经验派遣', perform.at);
        ELSE
            done := dispatch(r.caseno, at => perform.at);
            IF demo.draw(key || s.step, 'recall') < 0.005 THEN
                done := recall(r.caseno, '派遣有误', perform.at + interval '1 minute');
                PERFORM set_config('role', 'none', false);
                PERFORM demo.later(at, no, 'dispatch', 3);
                RETURN;
            END IF;
        END IF;
        PERFORM set_config('role', 'none', false);
        PERFORM demo.later(at, no, 'sign', 2 - (CASE WHEN demo.draw(key, 'slow') < 0.06 THEN 400 ELSE 30 END) * ln(1 - demo.draw(key, 'minutes')), true);
    WHEN 'sign' THEN
        IF s.state <> 'dispatched' THEN
            RETURN;
        END IF;
        PERFORM demo.become('handler', s.unit, '处置员' || s.unit || '-' || 1 + no % 3);
        IF s.unit <> r.true_unit AND unit_is_within(r.true_unit, s.unit) THEN
            done := transfer(r.caseno, r.true_unit, '转内设机构办理', perform.at);
            PERFORM set_config('role', 'none', false);
            PERFORM demo.later(at, no, 'sign', 5 - 30 * ln(1 - demo.draw(key, 'minutes')), true);
            RETURN;
        ELSIF s.unit <> r.true_unit AND demo.draw(key, 'accepts') > 0.05 THEN
            BEGIN
                -- one in eight does not know better whose it is than the street's
                other_unit := left(r.cell::text, 9)::bigint;
                IF s.unit = other_unit OR demo.draw(key || s.returns, 'knows') < 0.88 THEN
                    other_unit := r.true_unit;
                END IF;
                done := return_case(r.caseno, 'not ours', '权责清单中无此职责', coalesce(other_unit, r.true_unit), at => perform.at);
                PERFORM set_config('role', 'none', false);
                PERFORM demo.later(at, no, 'dispatch again', 2 - 6 * ln(1 - demo.draw(key, 'minutes')));
                RETURN;
            EXCEPTION WHEN OTHERS THEN
                -- returned too often or too late: it stays
                IF SQLSTATE NOT LIKE 'CG43_' THEN
                    RAISE;
                END IF;
            END;
        END IF;
        done := sign(r.caseno, at => perform.at);
        PERFORM set_config('role', 'none', false);
        -- until when: most within the limit, some after it
        SELECT c.due_at INTO due FROM case_clock AS c WHERE c.caseno = r.caseno AND c.clock = done.stage_clock;
        due := coalesce(due, at + interval '3 days');
        IF demo.draw(key, 'suspend') < 0.015 THEN
            PERFORM demo.later(at, no, 'suspend', 60, true);
        ELSIF r.late AND demo.draw(key, 'extend') < 0.3 THEN
            INSERT INTO demo.plan (at, act, no) VALUES (greatest(at, due - interval '3 hours'), 'extend', no);
        END IF;
        share := CASE WHEN r.late THEN 1.05 + 0.8 * demo.draw(key, 'share') ELSE 0.05 + 0.85 * demo.draw(key, 'share') END;
        PERFORM demo.later(at + greatest(due - at, interval '1 hour') * share, no, 'feedback', 1, s.severity < 3);
        IF demo.draw(key, 'comment') < 0.05 THEN
            PERFORM demo.later(at, no, 'comment', 30, true);
        END IF;
    WHEN 'comment' THEN
        IF s.state <> 'handling' THEN
            RETURN;
        END IF;
        PERFORM demo.become('handler', s.unit, '处置员' || s.unit || '-' || 1 + no % 3);
        done := comment(r.caseno, '已到现场，正在处置', perform.at);
    WHEN 'suspend' THEN
        IF s.state <> 'handling' THEN
            RETURN;
        END IF;
        PERFORM demo.become('dispatcher', s.centre, '分拨员' || 1 + no % 7);
        -- it resumes by itself; tick() sees to it
        done := suspend(r.caseno, until => perform.at + (3 + floor(8 * demo.draw(key, 'days'))) * interval '1 day', reason => '待工程排期', at => perform.at);
    WHEN 'extend' THEN
        IF s.state <> 'handling' THEN
            RETURN;
        END IF;
        PERFORM demo.become('handler', s.unit, '处置员' || s.unit || '-' || 1 + no % 3);
        done := ask_extension(r.caseno, '1 work days', '需协调多方', perform.at);
        PERFORM demo.become('supervisor', s.centre, '督查员1');
        done := decide_extension(r.caseno, demo.draw(key, 'granted') < 0.7, '按规定', perform.at + interval '20 minutes');
    WHEN 'feedback' THEN
        IF s.state = 'suspended' THEN
            PERFORM set_config('role', 'none', false);
            PERFORM demo.later(s.resume_at + interval '1 day', no, 'feedback', 30, true);
            RETURN;
        ELSIF s.state <> 'handling' THEN
            RETURN;
        END IF;
        -- who assists reports first
        FOR t IN
            SELECT c.unit, c.state FROM case_task AS c
            WHERE c.caseno = r.caseno AND c.duty = 'assist' AND c.state IN ('open', 'signed') ORDER BY c.task
        LOOP
            PERFORM demo.become('handler', t.unit, '处置员' || t.unit || '-' || 1 + no % 3);
            IF t.state = 'open' THEN
                done := sign(r.caseno, t.unit, perform.at);
            END IF;
            done := feedback(r.caseno, '已配合', unit => t.unit, at => perform.at);
        END LOOP;
        PERFORM demo.become('handler', s.unit, '处置员' || s.unit || '-' || 1 + no % 3);
        done := feedback(r.caseno, '已处置完毕', at => perform.at);
        PERFORM set_config('role', 'none', false);
        PERFORM demo.later(at, no, 'check', 5 - 60 * ln(1 - demo.draw(key, 'minutes')), true);
    WHEN 'check' THEN
        IF s.state <> 'handled' THEN
            RETURN;
        END IF;
        PERFORM demo.become('dispatcher', s.centre, '分拨员' || 1 + no % 7);
        done := check_case(r.caseno, CASE WHEN r.location IS NULL THEN 440310001001001 + no % 25 END, at => perform.at);
        PERFORM set_config('role', 'none', false);
        PERFORM demo.later(at, no, 'checked', 10 - 120 * ln(1 - demo.draw(key, 'minutes')), true);
    WHEN 'checked' THEN
        IF s.state <> 'checking' THEN
            RETURN;
        END IF;
        PERFORM demo.become('collector', s.unit, '网格员' || s.unit);
        IF demo.draw(key || s.reworks, 'passed') < 0.06 THEN
            done := checked(r.caseno, false, '现场仍有问题', at => perform.at);
            PERFORM demo.become('dispatcher', s.centre, '分拨员' || 1 + no % 7);
            done := rework(r.caseno, '核查未通过，返工', perform.at + interval '5 minutes');
            PERFORM set_config('role', 'none', false);
            PERFORM demo.later(at, no, 'feedback', 60 + 600 * demo.draw(key, 'minutes'), true);
        ELSE
            done := checked(r.caseno, true, '现场已整改', at => perform.at);
            PERFORM set_config('role', 'none', false);
            PERFORM demo.later(at, no, 'close', 2 - 60 * ln(1 - demo.draw(key, 'minutes')), true);
        END IF;
    WHEN 'close' THEN
        IF s.state <> 'checked' THEN
            RETURN;
        END IF;
        PERFORM demo.become('dispatcher', s.centre, '受理员' || 1 + no % 9);
        done := close_case(r.caseno, '办结', perform.at);
        PERFORM set_config('role', 'none', false);
        IF demo.draw(key, 'visit') < 0.7 THEN
            PERFORM demo.later(at, no, 'visit', 60 - 600 * ln(1 - demo.draw(key, 'minutes')), true);
        END IF;
        IF r.late AND s.reopens = 0 AND demo.draw(key, 'appeal') < 0.15 THEN
            PERFORM demo.later(at, no, 'appeal', 300, true);
        END IF;
    WHEN 'visit' THEN
        IF s.state <> 'closed' THEN
            RETURN;
        END IF;
        PERFORM demo.become('dispatcher', s.centre, '回访员' || 1 + no % 5);
        IF demo.draw(key, 'reached') < 0.1 THEN
            done := visit(r.caseno, NULL, '无人接听', perform.at);
        ELSIF demo.draw(key || s.reopens, 'satisfied') < 0.05 THEN
            done := visit(r.caseno, false, '诉求人不满意', perform.at);
            PERFORM set_config('role', 'none', false);
            PERFORM demo.later(at, no, 'dispatch again', 5);
        ELSE
            done := visit(r.caseno, true, NULL, perform.at);
        END IF;
    WHEN 'appeal' THEN
        IF s.state NOT IN ('closed', 'visited') OR NOT EXISTS (
            SELECT FROM case_clock AS c WHERE c.caseno = r.caseno AND c.verdict = 'overdue' AND c.stage = 'handle' AND c.holder = s.lead::text
        ) THEN
            RETURN;
        END IF;
        PERFORM demo.become('handler', s.lead, '处置员' || s.lead || '-' || 1 + no % 3);
        done := appeal(r.caseno, '极端天气影响施工', perform.at);
        PERFORM demo.become('supervisor', s.centre, '督查员1');
        done := decide_appeal(r.caseno, demo.draw(key, 'granted') < 0.5, '依据佐证材料', perform.at + interval '1 hour');
    END CASE;
    PERFORM set_config('role', 'none', false);
END;
$$;

-- Whoever acts may see what the play is about to do; only the play writes here.
GRANT USAGE ON SCHEMA demo TO PUBLIC;
GRANT SELECT ON demo.report, demo.account TO PUBLIC;

-- All acts until an instant, in the order of time; every four hours the clock
-- ticks, and every second week the rulebook of 2018 has learned.
CREATE PROCEDURE demo.play(until timestamptz)
    LANGUAGE plpgsql
AS $$
DECLARE
    p record;
    -- what lies before it is done, but still in the index
    reached timestamptz := '-infinity';
    acts bigint := 0;
    month date;
    why text;
    details text;
    started timestamptz := clock_timestamp();
    totals bigint[] := '{0,0,0,0,0,0}';
    warned bigint;
    breached bigint;
    supervised bigint;
    resumed bigint;
    rested bigint;
    failed bigint;
BEGIN
    LOOP
        DELETE FROM demo.plan WHERE (at, seq) = (
            SELECT x.at, x.seq FROM demo.plan AS x WHERE x.at >= reached AND x.at < until ORDER BY x.at, x.seq LIMIT 1
        ) RETURNING at, act, no INTO p;
        EXIT WHEN NOT FOUND;
        reached := p.at;
        acts := acts + 1;
        IF p.act = 'tick' THEN
            CALL civicgrid.tick(p.at, 1000, false, warned, breached, supervised, resumed, rested, failed);
            totals := ARRAY(
                SELECT a + b FROM unnest(totals, ARRAY[warned, breached, supervised, resumed, rested, failed])
                    WITH ORDINALITY AS u (a, b, n) ORDER BY n
            );
        ELSIF p.act = 'learn' THEN
            CALL demo.learn(p.at);
        ELSE
            BEGIN
                PERFORM demo.perform(p.act, p.no, p.at);
            EXCEPTION WHEN OTHERS THEN
                GET STACKED DIAGNOSTICS why = MESSAGE_TEXT, details = PG_EXCEPTION_CONTEXT;
                PERFORM set_config('role', 'none', false);
                INSERT INTO demo.refusal VALUES (p.at, p.act, p.no, SQLSTATE, why, details);
            END;
        END IF;
        IF month IS NULL OR p.at >= month + interval '1 month' THEN
            IF month IS NOT NULL THEN
                RAISE INFO 'civicgrid: % played: % cases, % of them open, % acts, % s', to_char(month, 'YYYY-MM'),
                    (SELECT count(*) FROM civicgrid.case_state),
                    (SELECT count(*) FROM civicgrid.case_state AS s JOIN civicgrid.case_status AS t USING (state) WHERE t.open),
                    acts, round(extract(epoch FROM clock_timestamp() - started));
            END IF;
            month := date_trunc('month', p.at);
        END IF;
        IF acts % 200 = 0 THEN
            COMMIT;
        END IF;
    END LOOP;
    COMMIT;
    CALL civicgrid.tick(until, 1000, false, warned, breached, supervised, resumed, rested, failed);
    totals := ARRAY(
        SELECT a + b FROM unnest(totals, ARRAY[warned, breached, supervised, resumed, rested, failed])
            WITH ORDINALITY AS u (a, b, n) ORDER BY n
    );
    PERFORM set_config('civicgrid.person', '', false);
    RAISE INFO 'civicgrid: % acts in % s; tick(): % warnings, % breaches, % supervised, % resumed, % let rest, % failed',
        acts, round(extract(epoch FROM clock_timestamp() - started), 1), totals[1], totals[2], totals[3], totals[4], totals[5], totals[6];
END;
$$;

-- All that is going to be reported, until the midnight after the last report.
CREATE TABLE demo.clock AS
SELECT (max(at) + interval '1 day')::date::timestamptz AS as_of, min(at) AS begins,
       CASE WHEN max(at) < '2019-01-01' THEN '2018 年真实事件 8,000 件与群众留言，地点为虚构 real events of 2018, places invented'
            ELSE '虚构样例 invented sample' END AS note
FROM demo.report;
INSERT INTO demo.plan (at, act, no) SELECT at, 'report', no FROM demo.report ORDER BY at, no;
INSERT INTO demo.plan (at, act)
SELECT t, 'tick' FROM demo.clock AS c, generate_series(date_trunc('day', c.begins), c.as_of - interval '1 hour', '4 hours') AS t;
INSERT INTO demo.plan (at, act)
SELECT t, 'learn' FROM demo.clock AS c, generate_series(timestamptz '2018-07-01 00:00+08', c.as_of, '14 days') AS t
WHERE to_regproc('demo.learn') IS NOT NULL;
-- tables of cases are empty yet, and not analyzed: that would make for plans that
-- read all of them
ANALYZE unit, grid_cell, event_class, demo.report, demo.plan, demo.account;
SELECT as_of FROM demo.clock \gset
CALL demo.play(:'as_of');
-- counts of days that are over are kept
CALL close_kpi_days((:'as_of'::timestamptz - interval '1 day')::date) \gset
