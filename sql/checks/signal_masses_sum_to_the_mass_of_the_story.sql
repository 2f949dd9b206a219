-- asset: signal_mass
-- severity: warning
-- reason: verdicts weigh readings by these masses; if they do not sum to the masses of the index, precision is that of another index
with sums as (
    select
        story_id,
        channel,
        actor || '>' || target as series,
        sum(mass::decimal(18, 15))::double as mass
    from signal_mass
    group by story_id, channel, series
),

directed as (
    select
        story_id,
        channel,
        series,
        sum(mass::decimal(18, 15))::double as mass
    from story_mass
    where contains(series, '>')
    group by story_id, channel, series
)

select
    story_id,
    series,
    channel,
    sums.mass,
    directed.mass as mass_of_the_story
from sums
full outer join directed using (story_id, series, channel)
where not coalesce(abs(sums.mass - directed.mass) <= 1e-9 * greatest(1, directed.mass), false)
