-- asset: contributions
-- severity: critical
-- reason: a number that cannot be taken apart is not published; the parts of every value sum to it within 1e-9
select
    channel_daily.index_date,
    channel_daily.series,
    channel_daily.channel,
    channel_daily.value,
    sum(contributions.contribution) as parts
from channel_daily
left join contributions
    on
        contributions.index_date = channel_daily.index_date
        and contributions.series = channel_daily.series
        and contributions.channel = channel_daily.channel
group by channel_daily.index_date, channel_daily.series, channel_daily.channel, channel_daily.value
having abs(channel_daily.value - coalesce(sum(contributions.contribution), 0)) > 1e-9 * greatest(1, channel_daily.value)
