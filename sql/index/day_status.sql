-- The day at whose end each day and series became final, or a break. It is a break if one of its signals was read by another reader (or
-- lexicon) than those of its baseline, and so is every later day: its value has what is left of that day's mass, and that reader also read
-- the days on which it found nothing. One row for each day and series.
-- threads: all
with last_known as (
    select greatest(max(known_on), (select max(daily_mass.index_date) from daily_mass)) as known_on
    from story_articles
),

-- The rows of a series have the same readers in all channels and sources of a version.
baselines as (
    select
        valid_from,
        series,
        min(lexicon_sha) as lexicon_sha,
        min(extractor_version) as extractor_version,
        bool_and(is_frozen) as is_frozen
    from baseline
    group by valid_from, series
),

readers as (
    select
        signals.counts_on,
        signals.lexicon_sha,
        signals.extractor,
        signals.extractor_version,
        min(story_articles.known_on) as known_on
    from signals
    inner join story_articles using (article_id)
    group by signals.counts_on, signals.lexicon_sha, signals.extractor, signals.extractor_version
),

-- Days with signals of another reader, for each set of readers that a baseline has. A baseline without signals has none.
breaks as (
    select
        sets.lexicon_sha,
        sets.extractor_version,
        readers.counts_on,
        min(readers.known_on) as known_on
    from (
        select distinct
            lexicon_sha,
            extractor_version
        from baselines
        where lexicon_sha <> ''
    ) as sets
    inner join readers
        on is_read_by_another(readers.lexicon_sha, readers.extractor, readers.extractor_version, sets.lexicon_sha, sets.extractor_version)
    group by sets.lexicon_sha, sets.extractor_version, readers.counts_on
),

breaks_so_far as (
    select
        lexicon_sha,
        extractor_version,
        counts_on,
        min(known_on) over (partition by lexicon_sha, extractor_version order by counts_on) as break_on
    from breaks
),

days as (
    select distinct
        daily_mass.index_date,
        daily_mass.series,
        baselines.lexicon_sha,
        baselines.extractor_version,
        baselines.is_frozen
    from daily_mass
    inner join baselines using (valid_from, series)
)

select
    days.index_date,
    days.series,
    case
        when days.is_frozen and days.index_date + getvariable('open_days') <= last_known.known_on
            then days.index_date + getvariable('open_days')
    end as final_on,
    breaks_so_far.break_on,
    last_known.known_on
from days
cross join last_known
asof left join breaks_so_far
    on
        days.lexicon_sha = breaks_so_far.lexicon_sha
        and days.extractor_version = breaks_so_far.extractor_version
        and days.index_date >= breaks_so_far.counts_on
