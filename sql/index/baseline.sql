-- Mass that each source is expected to carry for each article: its own rate in the baseline window, shrunk towards the rate of all
-- sources with the weight of eta articles. A story's mass is divided equally among its sources, whoever owns them; only breadth counts
-- owners. The default baseline has versions: each is estimated from the days that were final before the first day that uses it. One row
-- for each version, series, channel and source with articles in the window, and one with the source (any), whose rate is that of any other
-- source; the columns of the prior are the same for all sources.
-- Sums are of decimals, which are exact in any order.
-- threads: all
with first_day as (
    select
        coalesce(
            getvariable('baseline_first_day'),
            min(articles_read.index_date),
            (select min(coverage.index_date) from coverage),
            getvariable('last_day')
        ) as first_day
    from articles_read
),

-- The default baseline has versions of growing length; a window of the setting `baseline` is the only version.
planned as (
    select
        getvariable('baseline_from') as baseline_from,
        getvariable('baseline_to') as baseline_to,
        0 as version_no
    where getvariable('baseline_to') is not null
    union all
    select
        first_day.first_day as baseline_from,
        first_day.first_day + lengths.days - 1 as baseline_to,
        row_number() over (order by lengths.days) - 1 as version_no
    from first_day
    cross join (select unnest(getvariable('baseline_lengths'))::integer as days) as lengths
    where getvariable('baseline_to') is null
),

-- A window is over when its last day is final: late articles of the last open day may come until its end, those of an archive later.
usable as (
    select
        planned.*,
        greatest(planned.baseline_to + getvariable('open_days'), archive_end.known_on) as known_on,
        true as is_frozen
    from planned
    cross join archive_end
    where planned.baseline_to + getvariable('open_days') <= getvariable('last_day')
),

-- While no window is over, all days read until now are a preliminary baseline.
versions as (
    select * from usable
    union all
    select
        baseline_from,
        least(baseline_to, getvariable('last_day')) as baseline_to,
        version_no,
        getvariable('last_day') as known_on,
        false as is_frozen
    from planned
    where version_no = 0 and (select count(*) from usable) = 0
),

dated as (
    select
        versions.baseline_from,
        versions.baseline_to,
        versions.known_on,
        versions.is_frozen,
        case
            when versions.version_no = 0 then least(first_day.first_day, versions.baseline_from)
            else versions.baseline_to + getvariable('open_days') + 1
        end as valid_from
    from versions
    cross join first_day
),

series as (
    select unnest(series_of(pair)) as series
    from (select unnest(getvariable('pairs')) as pair) as pairs
),

channels as (
    select distinct channel from weights
),

source_articles as (
    select
        dated.valid_from,
        articles_read.source,
        sum(articles_read.article_count) as article_count,
        sum(articles_read.weight::decimal(38, 18))::double as weight
    from articles_read
    inner join dated on articles_read.index_date between dated.baseline_from and dated.baseline_to
    group by dated.valid_from, articles_read.source
),

all_sources as (
    select * from source_articles
    union all
    select
        valid_from,
        '(any)' as source,
        0 as article_count,
        0 as weight
    from dated
),

-- Without an accepted article in the window there is no rate: it is null, which is an error (pipeline/index/baseline.py).
all_articles as (
    select
        dated.valid_from,
        sum(source_articles.weight::decimal(38, 18))::double as weight
    from dated
    left join source_articles using (valid_from)
    group by dated.valid_from
),

-- Masses of stories, each with the first version whose window has it; later versions use it too.
window_stories as (
    select
        story_mass.*,
        story_mass.series like '%>%' as is_directed,
        story_mass.is_first::integer as story_count,
        (
            select min(dated.valid_from) from dated
            where story_mass.index_date <= dated.baseline_to
        ) as first_valid_from
    from story_mass
    cross join (
        select
            min(baseline_from) as baseline_from,
            max(baseline_to) as baseline_to
        from dated
    ) as longest
    where story_mass.index_date between longest.baseline_from and longest.baseline_to
),

-- Sources that carried a story by the day on which a part of it counts.
story_sources as (
    select
        window_days.story_id,
        window_days.index_date,
        carried.source,
        count(*) over (partition by window_days.story_id, window_days.index_date) as source_count
    from (
        select distinct
            story_id,
            index_date
        from window_stories
    ) as window_days
    inner join (
        select
            story_id,
            source,
            min(counts_on) as counts_on
        from story_articles
        group by story_id, source
    ) as carried
        on carried.story_id = window_days.story_id and carried.counts_on <= window_days.index_date
),

source_parts as (
    select
        window_stories.first_valid_from,
        window_stories.series,
        window_stories.channel,
        story_sources.source,
        sum((window_stories.mass / story_sources.source_count)::decimal(18, 15)) as mass,
        sum((window_stories.mass_unweighted / story_sources.source_count)::decimal(18, 15)) as mass_unweighted,
        sum((window_stories.mass_bilateral / story_sources.source_count)::decimal(18, 15)) as mass_bilateral
    from window_stories
    inner join story_sources using (story_id, index_date)
    group by window_stories.first_valid_from, window_stories.series, window_stories.channel, story_sources.source
),

source_mass as (
    select
        dated.valid_from,
        source_parts.series,
        source_parts.channel,
        source_parts.source,
        sum(source_parts.mass)::double as mass,
        sum(source_parts.mass_unweighted)::double as mass_unweighted,
        sum(source_parts.mass_bilateral)::double as mass_bilateral
    from dated
    inner join source_parts on source_parts.first_valid_from <= dated.valid_from
    group by dated.valid_from, source_parts.series, source_parts.channel, source_parts.source
),

series_parts as (
    select
        first_valid_from,
        series,
        channel,
        any_value(is_directed) as is_directed,
        sum(story_count) as story_count,
        sum(mass::decimal(18, 15)) as mass,
        sum(mass_unweighted::decimal(18, 15)) as mass_unweighted,
        sum(mass_bilateral::decimal(18, 15)) as mass_bilateral,
        sum(story_count) filter (where mass_bilateral > 0) as direct_count,
        sum(mass::decimal(18, 15)) filter (where mass_bilateral > 0) as mass_direct,
        sum(mass_unweighted::decimal(18, 15)) filter (where mass_bilateral > 0) as mass_unweighted_direct,
        sum(mass_words::decimal(18, 15)) as mass_words,
        sum(second_moment::decimal(18, 12)) as second_moment
    from window_stories
    group by first_valid_from, series, channel
),

series_mass as (
    select
        dated.valid_from,
        series_parts.series,
        series_parts.channel,
        any_value(series_parts.is_directed) as is_directed,
        sum(series_parts.story_count) as story_count,
        sum(series_parts.mass) as mass,
        sum(series_parts.mass_unweighted) as mass_unweighted,
        sum(series_parts.mass_bilateral) as mass_bilateral,
        sum(series_parts.direct_count) as direct_count,
        sum(series_parts.mass_direct) as mass_direct,
        sum(series_parts.mass_unweighted_direct) as mass_unweighted_direct,
        sum(series_parts.mass_words) as mass_words,
        sum(series_parts.second_moment) as second_moment
    from dated
    inner join series_parts on series_parts.first_valid_from <= dated.valid_from
    group by dated.valid_from, series_parts.series, series_parts.channel
),

channel_mean as (
    select
        valid_from,
        channel,
        is_directed,
        -- Mean over stories with an act towards the partner itself: small shares of general acts would weaken the prior of every pair. If
        -- there are none, over all stories; null if all mass comes from late articles of stories that began before the window.
        coalesce(
            sum(mass_direct)::double / nullif(sum(direct_count), 0)::double, sum(mass)::double / nullif(sum(story_count), 0)::double
        ) as mean_mass,
        coalesce(
            sum(mass_unweighted_direct)::double / nullif(sum(direct_count), 0)::double,
            sum(mass_unweighted)::double / nullif(sum(story_count), 0)::double
        ) as mean_mass_unweighted,
        sum(mass_bilateral)::double / nullif(sum(direct_count), 0)::double as mean_mass_bilateral,
        sum(second_moment)::double / sum(mass)::double as dispersion,
        sum(mass_words)::double / sum(mass)::double as words_share
    from series_mass
    group by valid_from, channel, is_directed
),

-- A direction without a story in the window expects half a mean story: with 0 its value could never fall below 100.
directed_mass as (
    select
        dated.valid_from,
        series.series,
        channels.channel,
        coalesce(series_mass.mass::double, coalesce(channel_mean.mean_mass, 1.0 / getvariable('prior_stories')) / 2) as mass,
        coalesce(series_mass.mass_unweighted::double, coalesce(channel_mean.mean_mass_unweighted, 1.0 / getvariable('prior_stories')) / 2)
            as mass_unweighted,
        coalesce(
            nullif(series_mass.mass_bilateral::double, 0),
            coalesce(channel_mean.mean_mass_bilateral, 1.0 / getvariable('prior_stories')) / 2
        ) as mass_bilateral
    from dated
    cross join series
    cross join channels
    left join series_mass using (valid_from, series, channel)
    left join channel_mean
        on channel_mean.valid_from = dated.valid_from and channel_mean.channel = channels.channel and channel_mean.is_directed
    where series.series like '%>%'
),

-- A pair expects the sum of its directions.
series_rates as (
    select
        totals.valid_from,
        totals.series,
        totals.channel,
        sum(totals.mass::decimal(38, 15))::double / any_value(all_articles.weight) as rate,
        sum(totals.mass_unweighted::decimal(38, 15))::double / any_value(all_articles.weight) as rate_unweighted,
        sum(totals.mass_bilateral::decimal(38, 15))::double / any_value(all_articles.weight) as rate_bilateral
    from (
        select
            valid_from,
            unnest([series, pair_of_series(series)]) as series,
            channel,
            mass,
            mass_unweighted,
            mass_bilateral
        from directed_mass
    ) as totals
    inner join all_articles using (valid_from)
    group by totals.valid_from, totals.series, totals.channel
),

readers as (
    select
        dated.valid_from,
        coalesce(string_agg(distinct signals.lexicon_sha, ' ' order by signals.lexicon_sha), '') as lexicon_sha,
        coalesce(
            string_agg(
                distinct signals.extractor || ' ' || signals.extractor_version, ', '
                order by signals.extractor || ' ' || signals.extractor_version
            ),
            ''
        ) as extractor_version
    from dated
    left join (
        select distinct
            counts_on,
            lexicon_sha,
            extractor,
            extractor_version
        from signals
    ) as signals
        on signals.counts_on between dated.baseline_from and dated.baseline_to
    group by dated.valid_from
)

select
    dated.valid_from,
    series_rates.series,
    series_rates.channel,
    all_sources.source,
    (coalesce(source_mass.mass, 0) + getvariable('eta') * series_rates.rate)
    / (all_sources.weight + getvariable('eta')) as rate,
    (coalesce(source_mass.mass_unweighted, 0) + getvariable('eta') * series_rates.rate_unweighted)
    / (all_sources.weight + getvariable('eta')) as rate_unweighted,
    (coalesce(source_mass.mass_bilateral, 0) + getvariable('eta') * series_rates.rate_bilateral)
    / (all_sources.weight + getvariable('eta')) as rate_bilateral,
    all_sources.article_count,
    coalesce(series_mass.story_count, 0) as story_count,
    coalesce(getvariable('prior_stories') * channel_mean.mean_mass, 1) as prior,
    coalesce(getvariable('prior_stories') * channel_mean.mean_mass_unweighted, 1) as prior_unweighted,
    coalesce(getvariable('prior_stories') * channel_mean.mean_mass_bilateral, 1) as prior_bilateral,
    coalesce(channel_mean.dispersion, 1) as prior_dispersion,
    coalesce(channel_mean.words_share, 0.5) as words_share,
    dated.baseline_from,
    dated.baseline_to,
    dated.known_on,
    readers.lexicon_sha,
    readers.extractor_version,
    getvariable('weights_sha') as weights_sha,
    getvariable('index_version') as index_version,
    dated.is_frozen
from dated
inner join series_rates using (valid_from)
inner join readers using (valid_from)
inner join all_sources using (valid_from)
left join source_mass using (valid_from, series, channel, source)
left join series_mass using (valid_from, series, channel)
left join channel_mean
    on
        channel_mean.valid_from = dated.valid_from
        and channel_mean.channel = series_rates.channel
        and channel_mean.is_directed = (series_rates.series like '%>%')
