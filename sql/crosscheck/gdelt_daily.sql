-- Events that GDELT coded between the published pairs, of any subject, by day and channel: a comparison that is never part of the index.
-- The calendar runs from the first to the last day fetched from GDELT, within the days of the index. A day that was not read has nulls, not
-- zeros.
with index_days as (
    select
        min(index_date) as first_date,
        max(index_date) as last_date
    from coverage
),

gdelt_days as (
    select
        min(gdelt_accounts.index_date) as first_date,
        max(gdelt_accounts.index_date) as last_date
    from gdelt_accounts
    inner join index_days on gdelt_accounts.index_date between index_days.first_date and index_days.last_date
),

file_counts as (
    select
        index_date,
        count(*) filter (where is_read) as quarters_read,
        count(*) filter (where not is_read) as quarters_missing,
        sum(read_count) as read_count
    from gdelt_accounts
    group by index_date
),

days as (
    select
        calendar.index_date,
        coalesce(file_counts.quarters_read, 0) as quarters_read,
        coalesce(file_counts.quarters_missing, 96) as quarters_missing,
        file_counts.read_count
    from (
        select unnest(generate_series(gdelt_days.first_date, gdelt_days.last_date, interval 1 day))::date as index_date
        from gdelt_days
    ) as calendar
    left join file_counts using (index_date)
),

directions as (
    select
        split_part(pairs.pair, '-', sides.side) as actor,
        split_part(pairs.pair, '-', 3 - sides.side) as target
    from (select unnest(getvariable('pairs')) as pair) as pairs
    cross join (select unnest([1, 2]) as side) as sides
),

sums as (
    select
        index_date,
        actor,
        target,
        polarity as channel,
        count(*) as event_count,
        sum(mention_count) as mention_count,
        sum(article_count) as article_count
    from gdelt_events
    group by index_date, actor, target, polarity
)

select
    days.index_date,
    directions.actor,
    directions.target,
    channels.channel,
    case when days.quarters_read > 0 then coalesce(sums.event_count, 0) end as event_count,
    case when days.quarters_read > 0 then coalesce(sums.mention_count, 0) end as mention_count,
    case when days.quarters_read > 0 then coalesce(sums.article_count, 0) end as article_count,
    case when days.read_count > 0 then 1000.0 * coalesce(sums.event_count, 0) / days.read_count end as per_thousand,
    days.read_count,
    days.quarters_read,
    days.quarters_missing
from days
cross join directions
cross join (select unnest(['escalation', 'concession', 'dialogue']) as channel) as channels
left join sums using (index_date, actor, target, channel)
