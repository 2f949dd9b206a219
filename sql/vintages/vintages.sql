-- The index as known: the value at the end of each day, and each later value that differs, with phase and status at that time. The status
-- changes from P to A seven days after the day, and to B when a signal of another reader becomes known for the day; each change is a
-- vintage.
with last_known as (
    select greatest(max(known_on), (select max(daily_mass.index_date) from daily_mass)) as known_on
    from story_articles
),

-- The readers of the baseline that each day uses: several if series joined it later.
base as (
    select distinct
        daily_mass.index_date,
        baseline.lexicon_sha,
        baseline.extractor_version
    from daily_mass
    inner join baseline using (valid_from, series, channel)
    where baseline.source = '(any)' and baseline.lexicon_sha <> ''
),

breaks as (
    select
        signals.counts_on as index_date,
        min(story_articles.known_on) as known_on
    from signals
    inner join story_articles using (article_id)
    inner join base on base.index_date = signals.counts_on
    where
        is_read_by_another(
            signals.lexicon_sha, signals.extractor, signals.extractor_version, base.lexicon_sha, base.extractor_version
        )
    group by signals.counts_on
),

first_values as (
    select
        index_date,
        series,
        min(known_on) as known_on
    from index_known
    group by index_date, series
),

moments as (
    select
        index_date,
        series,
        known_on
    from index_known
    union
    select
        first_values.index_date,
        first_values.series,
        first_values.index_date + getvariable('open_days') as known_on
    from first_values
    cross join last_known
    left join
        breaks
        on breaks.index_date = first_values.index_date and breaks.known_on <= first_values.index_date + getvariable('open_days')
    where
        first_values.index_date + getvariable('open_days') between first_values.known_on and last_known.known_on
        and breaks.index_date is null
    union
    select
        first_values.index_date,
        first_values.series,
        breaks.known_on
    from first_values
    inner join breaks on breaks.index_date = first_values.index_date and breaks.known_on > first_values.known_on
),

values_then as (
    select
        moments.known_on as status_on,
        index_known.*
    from moments
    asof inner join index_known
        on
            index_known.series = moments.series
            and index_known.index_date = moments.index_date
            and index_known.known_on <= moments.known_on
)

select
    values_then.*,
    (values_then.status_on + 1)::timestamptz as known_at,
    values_then.tension - values_then.concession as net_tension,
    case
        when breaks.index_date is not null then 'B'
        when values_then.status_on - values_then.index_date < getvariable('open_days') then 'P'
        else 'A'
    end as obs_status
from values_then
left join breaks on breaks.index_date = values_then.index_date and breaks.known_on <= values_then.status_on
