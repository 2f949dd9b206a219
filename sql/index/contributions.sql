-- What each value is made of: every story of the last four half-lives by itself, all earlier ones together, and the prior.
-- The earlier stories' part is taken from the filter's own sum on the day before that window, discounted, so that the rows of a
-- value sum to it by arithmetic and not because a remainder was booked.
with recent as (
    select
        channel_daily.index_date,
        channel_daily.series,
        channel_daily.channel,
        'story' as part,
        story_mass.story_id,
        story_mass.signal_id,
        100 * story_mass.mass
        * 2.0 ** (-(channel_daily.index_date - story_mass.index_date) / getvariable('half_life_days'))
        / channel_daily.rate as contribution,
        channel_daily.value
    from channel_daily
    inner join story_mass
        on
            story_mass.series = channel_daily.series
            and story_mass.channel = channel_daily.channel
            and story_mass.index_date between channel_daily.index_date - getvariable('story_days') + 1 and channel_daily.index_date
),

earlier as (
    select
        today.index_date,
        today.series,
        today.channel,
        'earlier' as part,
        null as story_id,
        null as signal_id,
        100 * (before.shape - before.prior)
        * 2.0 ** (-getvariable('story_days') / getvariable('half_life_days'))
        / today.rate as contribution,
        today.value
    from channel_daily as today
    inner join channel_daily as before
        on
            before.series = today.series
            and before.channel = today.channel
            and before.index_date = today.index_date - getvariable('story_days')
    where before.shape > before.prior
),

of_prior as (
    select
        index_date,
        series,
        channel,
        'prior' as part,
        null as story_id,
        null as signal_id,
        100 * channel_daily.prior / channel_daily.rate as contribution,
        value
    from channel_daily
),

together as (
    select * from recent
    union all
    select * from earlier
    union all
    select * from of_prior
)

select
    together.index_date,
    together.series,
    together.channel,
    together.part,
    together.story_id,
    together.contribution,
    100 * together.contribution / together.value as share_pct,
    signals.kind,
    signals.instrument,
    signals.status,
    signals.product,
    signals.quote,
    signals.source,
    signals.url,
    signals.published_at
from together
left join signals on signals.signal_id = together.signal_id
