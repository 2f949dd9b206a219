-- asset: channel_daily
-- severity: critical
-- reason: the parts of every value, as the view contributions lists them, sum to the value within 1e-9
with parameters as (
    select
        getvariable('story_days') as story_days,
        list_reverse(list_transform(range(getvariable('story_days')), lambda age: 2.0 ** (-age / getvariable('half_life_days')))) as weights
),

daily as (
    select
        index_date,
        series,
        channel,
        sum(mass) as mass
    from story_mass
    group by index_date, series, channel
),

-- Masses are summed by day, since all stories of a day have the same weight. The last item of both lists is the day itself.
recent as (
    select
        channel_daily.*,
        list(coalesce(daily.mass, 0.0)) over last_days as masses,
        lag(channel_daily.shape - channel_daily.prior, parameters.story_days) over all_days as earlier_mass,
        parameters.weights[-len(masses):] as weights,
        2.0 ** (-parameters.story_days / channel_daily.half_life_days) as earlier_weight
    from channel_daily
    cross join parameters
    left join daily using (index_date, series, channel)
    window
        all_days as (partition by channel_daily.series, channel_daily.channel order by channel_daily.index_date),
        last_days as (
            partition by channel_daily.series, channel_daily.channel
            order by channel_daily.index_date
            rows between getvariable('story_days') - 1 preceding and current row -- noqa: PRS
        )
),

summed as (
    select
        *,
        100 * (list_inner_product(masses, weights) + coalesce(earlier_mass, 0) * earlier_weight + recent.prior) / recent.rate as parts
    from recent
)

select
    index_date,
    series,
    channel,
    value,
    parts
from summed
where not coalesce(abs(value - parts) <= 1e-9 * greatest(1, value), false)
