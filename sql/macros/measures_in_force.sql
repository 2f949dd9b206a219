-- measures_in_force(day): official measures that apply on a day, with rate, goods and source: one row for each layer and target.
-- act_id is the act that set the rate, latest_act_id the last one that prolonged it or changed its scope.
-- Layers add up on one good unless stacking says otherwise. Narrow it: from measures_in_force(date '2025-10-01',
-- of_actor := 'USA', on_target := 'CHN'). Articles that support or contradict the act are counted up to the day and change nothing;
-- measures_reported lists what the news alone says. average_pct is the tracker's average over all goods of the target, see tariff_rates;
-- it is empty where the tracker had ended: no rate of any country in the year before the day.
create macro measures_in_force(day, of_actor := null, on_target := null) as table
    with applying as (
        select
            *,
            cast(day as date) <= checked_through as is_checked
        from measure_states
        where
            standing in ('in_force', 'quota')
            and valid_from <= cast(day as date)
            and (valid_to is null or cast(day as date) < valid_to)
            and (of_actor is null or actor = upper(cast(of_actor as varchar)))
            and (on_target is null or target = upper(cast(on_target as varchar)))
    ),

    rates_by_then as (
        select *
        from tariff_rates
        where effective_date <= cast(day as date)
    ),

    current_trackers as (
        select distinct source
        from rates_by_then
        where effective_date >= cast(day as date) - 365
    ),

    average_rates as (
        select
            rates.importer,
            rates.exporter,
            arg_max(rates.rate_pct, rates.effective_date) as average_pct,
            arg_max(rates.measure, rates.effective_date) as average_kind,
            max(rates.effective_date) as average_since
        from rates_by_then as rates
        inner join current_trackers using (source)
        group by rates.importer, rates.exporter
    ),

    acts as (
        select distinct
            act_id,
            legal_source,
            url
        from measure_acts
    ),

    reports_by_then as (
        select *
        from measure_reports
        where known_on <= cast(day as date)
    ),

    -- reports of the target or of all partners
    reports as (
        select
            applying.rate_act_id as act_id,
            applying.target,
            count(distinct by_then.story_id) filter (where by_then.report = 'supports') as supporting_stories,
            count(distinct by_then.story_id) filter (where by_then.report = 'contradicts') as contradicting_stories
        from applying
        inner join reports_by_then as by_then on by_then.act_id = applying.rate_act_id and by_then.target in (applying.target, '*')
        group by applying.rate_act_id, applying.target
    )

    select
        states.actor,
        states.target,
        states.layer,
        states.instrument,
        states.programme,
        states.product,
        states.standing,
        states.rate_pct,
        states.rate_basis,
        states.in_force_since,
        states.rate_since,
        states.rate_act_id as act_id,
        rate_acts.legal_source,
        rate_acts.url,
        states.act_id as latest_act_id,
        states.legal_source as latest_source,
        states.valid_to - 1 as latest_until,
        states.stated_end,
        states.stacking,
        states.certainty,
        states.note,
        states.is_checked,
        coalesce(reports.supporting_stories, 0) as supporting_stories,
        coalesce(reports.contradicting_stories, 0) as contradicting_stories,
        average_rates.average_pct,
        average_rates.average_kind,
        average_rates.average_since
    from applying as states
    left join acts as rate_acts on rate_acts.act_id = states.rate_act_id
    left join reports on reports.act_id = states.rate_act_id and reports.target = states.target
    left join average_rates on average_rates.importer = states.actor and average_rates.exporter = states.target
