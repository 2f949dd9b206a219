-- measures_in_force(day): official measures that apply on a day, with rate, goods and source: one row for each layer and target.
-- act_id is the act that set the rate, latest_act_id the last one that prolonged it or changed its scope.
-- Layers add up on one good unless stacking says otherwise. Narrow it: from measures_in_force(date '2025-10-01',
-- of_actor := 'USA', on_target := 'CHN'). Members of the EU have the measures of EUN; before 2021 Britain has them too, unless an act
-- names it, but only its own are listed for GBR. A country that the list of acts lacks and a day before it are errors; after the day
-- checked_through of measure_states, no rows do not mean that there is no measure. The list is as known today: what was set backwards
-- later counts, and latest_until may be after the day. Stories that support or contradict the act with a probability of .5 or more are
-- counted up to the day and change nothing; measures_reported lists what the news alone says. average_pct is the tracker's average over
-- all goods of the target, see tariff_rates; it is empty where the tracker had ended: no rate of any country in the year before the day.
create macro measures_in_force(day, of_actor := null, on_target := null) as table
    with coverage_of_list as (
        select
            list(distinct actor order by actor) as actors,
            list(distinct target order by target) as targets,
            min(valid_from) as first_day,
            (select list(members.member) filter (members.scope = 'eu_members') from scope_members as members) as eu_members
        from measure_states
    ),

    parties as (
        select
            *,
            upper(cast(of_actor as varchar)) as given_actor,
            upper(cast(on_target as varchar)) as given_target,
            case
                when list_contains(eu_members, given_actor) and not list_contains(actors, given_actor) then 'EUN' else given_actor
            end as actor,
            case
                when list_contains(eu_members, given_target) and not list_contains(targets, given_target) then 'EUN' else given_target
            end as target
        from coverage_of_list
    ),

    question as (
        select
            actor,
            target,
            case
                when not list_contains(actors, actor)
                    then error(format('the list of official acts has none by {}, only by {}', actor, array_to_string(actors, ', ')))
                when not list_contains(targets, target)
                    then error(format('the list of official acts has none on {}, only on {}', target, array_to_string(targets, ', ')))
                when cast(day as date) < first_day
                    then error(format('the list of official acts begins on {}: ask for a later day', first_day))
                else cast(day as date)
            end as covered_day
        from parties
    ),

    applying as (
        select
            states.*,
            question.covered_day <= states.checked_through as is_checked
        from measure_states as states
        inner join question
            on
                states.valid_from <= question.covered_day
                and (states.valid_to is null or question.covered_day < states.valid_to)
                and (question.actor is null or states.actor = question.actor)
                and (question.target is null or states.target = question.target)
        where states.standing in ('in_force', 'quota')
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
        where known_on <= cast(day as date) and probability >= .5
    ),

    -- reports of the target, of all partners, or of a member of the EU, which has the acts on EUN
    reports as (
        select
            applying.rate_act_id as act_id,
            applying.target,
            count(distinct by_then.story_id) filter (where by_then.report = 'supports') as supporting_stories,
            count(distinct by_then.story_id) filter (where by_then.report = 'contradicts') as contradicting_stories
        from applying
        cross join coverage_of_list
        inner join reports_by_then as by_then
            on
                by_then.act_id = applying.rate_act_id
                and (
                    by_then.target in (applying.target, '*')
                    or (applying.target = 'EUN' and not list_contains(coverage_of_list.targets, by_then.target))
                )
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
        states.checked_through,
        coalesce(reports.supporting_stories, 0) as supporting_stories,
        coalesce(reports.contradicting_stories, 0) as contradicting_stories,
        average_rates.average_pct,
        average_rates.average_kind,
        average_rates.average_since
    from applying as states
    left join acts as rate_acts on rate_acts.act_id = states.rate_act_id
    left join reports on reports.act_id = states.rate_act_id and reports.target = states.target
    left join average_rates on average_rates.importer = states.actor and average_rates.exporter = states.target
