-- What each value is made of, in index points: each story of the last four half-lives, all earlier ones together, and the prior. A story
-- adds 100 mass 2^(-age / half-life) / rate, with mass from story_mass and rate from channel_daily. The rows of one day, series and channel
-- sum to the value. Filter by a few days or one series: that takes milliseconds, while the whole view has about 30 times the rows of
-- story_mass.
with days as (
    select
        *,
        greatest(1, ceil(4 * half_life_days))::integer as story_days
    from channel_daily
),

-- One row for each age, so that stories join on equal days and DuckDB reads only the days that a query needs.
ages as (
    select
        *,
        unnest(range(story_days))::integer as age_days
    from days
)

select
    ages.index_date,
    ages.series,
    ages.channel,
    'story' as part,
    story_mass.story_id,
    story_mass.index_date as counts_on,
    100 * story_mass.mass * 2.0 ** (-ages.age_days / ages.half_life_days) / ages.rate as contribution,
    100 * contribution / ages.value as share_pct,
    story_mass.signal_id,
    story_mass.kind,
    story_mass.instrument,
    story_mass.status,
    story_mass.is_general,
    ages.is_thin
from ages
inner join story_mass
    on
        story_mass.series = ages.series
        and story_mass.channel = ages.channel
        and story_mass.index_date = ages.index_date - ages.age_days
union all
-- Earlier stories: the filter's sum without its prior on the day before the oldest listed age, discounted since then.
select
    days.index_date,
    days.series,
    days.channel,
    'earlier' as part,
    null as story_id,
    null as counts_on,
    100 * (earlier.shape - earlier.prior) * 2.0 ** (-days.story_days / days.half_life_days) / days.rate as contribution,
    100 * contribution / days.value as share_pct,
    null as signal_id,
    null as kind,
    null as instrument,
    null as status,
    null as is_general,
    days.is_thin
from days
inner join channel_daily as earlier
    on
        earlier.series = days.series
        and earlier.channel = days.channel
        and earlier.index_date = days.index_date - days.story_days
where earlier.shape > earlier.prior
union all
select
    channel_daily.index_date,
    channel_daily.series,
    channel_daily.channel,
    'prior' as part,
    null as story_id,
    null as counts_on,
    100 * channel_daily.prior / channel_daily.rate as contribution,
    100 * contribution / channel_daily.value as share_pct,
    null as signal_id,
    null as kind,
    null as instrument,
    null as status,
    null as is_general,
    channel_daily.is_thin
from channel_daily
