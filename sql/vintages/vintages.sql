-- The index as it was known: the value at the end of each day, and every later one that differs. The status turns from P to A seven days
-- after the day, and to B when something that another reader found on the day becomes known; each turn is a vintage of its own.
with known as (
    select max(known_on) as known_on from mass_arrivals
),

named as (
    select distinct
        lexicon_sha,
        extractor_version
    from baseline
    where lexicon_sha <> ''
),

breaks as (
    select
        signals.index_date,
        min(story_articles.known_on) as known_on
    from signals
    inner join story_articles on story_articles.article_id = signals.article_id
    cross join named
    where
        is_read_by_another(
            signals.lexicon_sha, signals.extractor, signals.extractor_version, named.lexicon_sha, named.extractor_version
        )
    group by signals.index_date
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
        first_values.index_date + 7 as known_on
    from first_values
    cross join known
    left join breaks on breaks.index_date = first_values.index_date and breaks.known_on <= first_values.index_date + 7
    where
        first_values.index_date + 7 between first_values.known_on and known.known_on
        and breaks.index_date is null
    union
    select
        first_values.index_date,
        first_values.series,
        breaks.known_on
    from first_values
    inner join breaks on breaks.index_date = first_values.index_date and breaks.known_on > first_values.known_on
),

as_then as (
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
    as_then.*,
    (as_then.status_on + 1)::timestamptz as known_at,
    as_then.tension - as_then.concession as net_tension,
    phase_of(pooled.tension, pooled.concession, pooled.dialogue, pooled.stalemate, pooled.hold) as phase,
    case
        when breaks.index_date is not null then 'B'
        when as_then.status_on - as_then.index_date < 7 then 'P'
        else 'A'
    end as obs_status
from as_then
inner join index_known as pooled
    on pooled.series = as_then.pair and pooled.index_date = as_then.index_date and pooled.known_on = as_then.known_on
left join breaks on breaks.index_date = as_then.index_date and breaks.known_on <= as_then.status_on
