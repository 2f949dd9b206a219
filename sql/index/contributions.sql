-- What each value is made of: every story of the last four half-lives by itself, all earlier ones together, and the prior.
-- The earlier stories' part is taken from the filter's own sum on the day before that window, discounted, so that the rows of a
-- value sum to it by arithmetic and not because a remainder was booked. Run for one span of days at a time.
with told as (
    select
        story_mass.*,
        lag_days.lag_days,
        story_mass.index_date + lag_days.lag_days as value_date
    from story_mass
    cross join (select unnest(range(getvariable('story_days')))::integer as lag_days) as lag_days
    where
        story_mass.index_date + lag_days.lag_days between getvariable('first_day') and getvariable('last_day')
        and story_mass.index_date between getvariable('first_day') - getvariable('story_days') and getvariable('last_day')
),

recent as (
    select
        channel_daily.index_date,
        channel_daily.series,
        channel_daily.channel,
        'story' as part,
        told.story_id,
        100 * told.mass * 2.0 ** (-told.lag_days / getvariable('half_life_days')) / channel_daily.rate as contribution,
        channel_daily.value,
        told.signal_id,
        told.kind,
        told.instrument,
        told.status
    from told
    inner join channel_daily
        on
            channel_daily.index_date = told.value_date
            and channel_daily.series = told.series
            and channel_daily.channel = told.channel
),

earlier as (
    select
        today.index_date,
        today.series,
        today.channel,
        'earlier' as part,
        null as story_id,
        100 * (before.shape - before.prior)
        * 2.0 ** (-getvariable('story_days') / getvariable('half_life_days'))
        / today.rate as contribution,
        today.value,
        null as signal_id,
        null as kind,
        null as instrument,
        null as status
    from channel_daily as today
    inner join channel_daily as before
        on
            before.series = today.series
            and before.channel = today.channel
            and before.index_date = today.index_date - getvariable('story_days')
    where before.shape > before.prior and today.index_date between getvariable('first_day') and getvariable('last_day')
),

of_prior as (
    select
        index_date,
        series,
        channel,
        'prior' as part,
        null as story_id,
        100 * channel_daily.prior / channel_daily.rate as contribution,
        value,
        null as signal_id,
        null as kind,
        null as instrument,
        null as status
    from channel_daily
    where index_date between getvariable('first_day') and getvariable('last_day')
),

together as (
    select * from recent
    union all
    select * from earlier
    union all
    select * from of_prior
)

select
    * exclude (value),
    100 * contribution / value as share_pct
from together
