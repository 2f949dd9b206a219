-- measures_reported(day): measures that only the news reports, in the sixty days up to a day, or for this or a later day: no official act
-- of the list fits them.
-- A threat, a plan that was dropped, an act that is missing from the list, or a misread sentence. Nothing here counts as in force, also not
-- after the day that an article names for it. chance is the chance that one of the stories was read correctly.
create macro measures_reported(day, of_actor := null, on_target := null) as table
    with by_story as (
        select
            actor,
            target,
            instrument,
            product,
            effect,
            rate_pct,
            story_id,
            max(probability) as probability,
            max(due_on) as due_on,
            min(told_on) as first_told_on,
            max(told_on) as last_told_on
        from measure_reports
        where
            report = 'reported'
            and known_on <= cast(day as date)
            and (told_on > cast(day as date) - 60 or due_on >= cast(day as date))
            and (of_actor is null or actor = upper(cast(of_actor as varchar)))
            and (on_target is null or target = upper(cast(on_target as varchar)))
        group by all
    )

    select
        actor,
        target,
        instrument,
        product,
        effect,
        rate_pct,
        'reported' as standing,
        min(first_told_on) as first_told_on,
        max(last_told_on) as last_told_on,
        max(due_on) as day_named,
        count(*) as story_count,
        round(1 - product(1 - probability), 2) as chance
    from by_story
    group by actor, target, instrument, product, effect, rate_pct
