-- asset: top_contributions
-- severity: critical
-- reason: each listed story adds what its mass, its age and the day's rate give, places follow the contributions, and no larger story of
-- the day itself is missing
with listed as (
    select
        top_contributions.*,
        100
        * story_mass.mass
        * 2.0 ** (-(top_contributions.index_date - story_mass.index_date) / channel_daily.half_life_days)
        / channel_daily.rate as points,
        top_contributions.index_date - story_mass.index_date as age_days,
        lag(top_contributions.contribution) over cell as contribution_before,
        row_number() over cell as row_no
    from top_contributions
    left join channel_daily using (index_date, series, channel)
    left join story_mass
        on
            story_mass.series = top_contributions.series
            and story_mass.channel = top_contributions.channel
            and story_mass.story_id = top_contributions.story_id
            and story_mass.index_date = top_contributions.counts_on
    window cell as (
        partition by top_contributions.index_date, top_contributions.series, top_contributions.channel order by top_contributions.place
    )
),

cells as (
    select
        index_date,
        series,
        channel,
        count(*) as story_count,
        min(contribution) as least_contribution,
        list(story_id) filter (where counts_on = index_date) as new_story_ids
    from top_contributions
    group by index_date, series, channel
)

select
    index_date,
    series,
    channel,
    story_id,
    contribution,
    points
from listed
where
    place <> row_no
    or contribution > contribution_before * (1 + 1e-9)
    or not coalesce(age_days between 0 and getvariable('story_days') - 1, false)
    or not coalesce(abs(contribution - points) <= 1e-9 * greatest(1, points), false)
union all
select
    story_mass.index_date,
    story_mass.series,
    story_mass.channel,
    story_mass.story_id,
    null as contribution,
    100 * story_mass.mass / channel_daily.rate as points
from story_mass
inner join channel_daily using (index_date, series, channel)
left join cells using (index_date, series, channel)
where
    (coalesce(cells.story_count, 0) < 3 or 100 * story_mass.mass / channel_daily.rate > cells.least_contribution * (1 + 1e-9))
    and not coalesce(list_contains(cells.new_story_ids, story_mass.story_id), false)
