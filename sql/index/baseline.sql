-- Mass that each source is expected to carry for each article: its own rate in the baseline window, shrunk towards the rate of all
-- sources with the weight of eta articles. A story's mass is divided equally among its sources, whoever owns them; only breadth counts
-- owners.
with series as (
    select
        unnest(
            [pair, split_part(pair, '-', 1) || '>' || split_part(pair, '-', 2), split_part(pair, '-', 2) || '>' || split_part(pair, '-', 1)]
        ) as series
    from (select unnest(getvariable('pairs')) as pair) as pairs
),

channels as (
    select distinct channel from weights
),

articles_read as (
    select
        source,
        sum(accepted) as article_count
    from coverage
    where index_date between getvariable('baseline_from') and getvariable('baseline_to')
    group by source
),

-- Without an accepted article in the window there is no rate: fail instead of publishing infinite values.
all_articles as (
    select
        case
            when coalesce(sum(article_count), 0) = 0
                then
                    error(
                        format(
                            'no article was accepted in the baseline window, {} to {}; set another with --baseline FROM:TO',
                            getvariable('baseline_from'), getvariable('baseline_to')
                        )
                    )
            else sum(article_count)
        end as article_count
    from articles_read
),

window_stories as (
    select
        *,
        series like '%>%' as is_directed
    from story_mass
    where index_date between getvariable('baseline_from') and getvariable('baseline_to')
),

story_sources as (
    select
        story_id,
        source,
        count(*) over (partition by story_id) as source_count
    from story_articles
    group by story_id, source
),

source_mass as (
    select
        window_stories.series,
        window_stories.channel,
        story_sources.source,
        sum(window_stories.mass / story_sources.source_count) as mass,
        sum(window_stories.mass_unweighted / story_sources.source_count) as mass_unweighted,
        sum(window_stories.mass_bilateral / story_sources.source_count) as mass_bilateral
    from window_stories
    inner join story_sources on story_sources.story_id = window_stories.story_id
    group by window_stories.series, window_stories.channel, story_sources.source
),

channel_mean as (
    select
        channel,
        is_directed,
        -- Stories with an act towards the partner itself: small shares of general acts would weaken the prior of every pair.
        getvariable('prior_stories') * coalesce(avg(mass) filter (where mass_bilateral > 0), avg(mass)) as prior,
        getvariable('prior_stories')
        * coalesce(avg(mass_unweighted) filter (where mass_bilateral > 0), avg(mass_unweighted)) as prior_unweighted,
        getvariable('prior_stories') * avg(mass_bilateral) filter (where mass_bilateral > 0) as prior_bilateral,
        sum(second_moment) / sum(mass) as dispersion,
        sum(mass_words) / sum(mass) as words_share
    from window_stories
    group by channel, is_directed
),

story_counts as (
    select
        series,
        channel,
        count(*) as story_count
    from window_stories
    group by series, channel
),

-- A direction without a story in the window expects half a mean story: with 0 its value could never fall below 100.
directed_mass as (
    select
        series.series,
        channels.channel,
        coalesce(sum(source_mass.mass), any_value(coalesce(channel_mean.prior, 1)) / getvariable('prior_stories') / 2) as mass,
        coalesce(sum(source_mass.mass_unweighted), any_value(coalesce(channel_mean.prior_unweighted, 1)) / getvariable('prior_stories') / 2)
            as mass_unweighted,
        coalesce(
            nullif(sum(source_mass.mass_bilateral), 0), any_value(coalesce(channel_mean.prior_bilateral, 1)) / getvariable('prior_stories') / 2
        ) as mass_bilateral
    from series
    cross join channels
    left join source_mass on source_mass.series = series.series and source_mass.channel = channels.channel
    left join channel_mean on channel_mean.channel = channels.channel and channel_mean.is_directed
    where series.series like '%>%'
    group by series.series, channels.channel
),

series_rates as (
    select
        totals.series,
        totals.channel,
        sum(totals.mass) / any_value(all_articles.article_count) as rate,
        sum(totals.mass_unweighted) / any_value(all_articles.article_count) as rate_unweighted,
        sum(totals.mass_bilateral) / any_value(all_articles.article_count) as rate_bilateral
    from (
        select
            unnest(
                [
                    series,
                    least(split_part(series, '>', 1), split_part(series, '>', 2))
                    || '-'
                    || greatest(split_part(series, '>', 1), split_part(series, '>', 2))
                ]
            ) as series,
            channel,
            mass,
            mass_unweighted,
            mass_bilateral
        from directed_mass
    ) as totals
    cross join all_articles
    group by totals.series, totals.channel
),

baseline_readers as (
    select
        coalesce(string_agg(distinct lexicon_sha, ' ' order by lexicon_sha), '') as lexicon_sha,
        coalesce(
            string_agg(distinct extractor || ' ' || extractor_version, ', ' order by extractor || ' ' || extractor_version), ''
        ) as extractor_version
    from signals
    where index_date between getvariable('baseline_from') and getvariable('baseline_to')
),

sources as (
    select
        source,
        article_count
    from articles_read
    union all
    select
        '(any)' as source,
        0 as article_count
)

select
    series.series,
    channels.channel,
    sources.source,
    (coalesce(source_mass.mass, 0) + getvariable('eta') * series_rates.rate) / (sources.article_count + getvariable('eta')) as rate,
    (coalesce(source_mass.mass_unweighted, 0) + getvariable('eta') * series_rates.rate_unweighted)
    / (sources.article_count + getvariable('eta')) as rate_unweighted,
    (coalesce(source_mass.mass_bilateral, 0) + getvariable('eta') * series_rates.rate_bilateral)
    / (sources.article_count + getvariable('eta')) as rate_bilateral,
    sources.article_count,
    coalesce(story_counts.story_count, 0) as story_count,
    coalesce(channel_mean.prior, 1) as prior,
    coalesce(channel_mean.prior_unweighted, 1) as prior_unweighted,
    coalesce(channel_mean.prior_bilateral, 1) as prior_bilateral,
    coalesce(channel_mean.dispersion, 1) as prior_dispersion,
    coalesce(channel_mean.words_share, 0.5) as words_share,
    getvariable('baseline_from') as baseline_from,
    getvariable('baseline_to') as baseline_to,
    baseline_readers.lexicon_sha,
    baseline_readers.extractor_version,
    getvariable('weights_sha') as weights_sha,
    getvariable('index_version') as index_version,
    getvariable('baseline_is_over') as is_frozen
from series
cross join channels
cross join sources
cross join baseline_readers
left join source_mass
    on source_mass.series = series.series and source_mass.channel = channels.channel and source_mass.source = sources.source
inner join series_rates on series_rates.series = series.series and series_rates.channel = channels.channel
left join story_counts on story_counts.series = series.series and story_counts.channel = channels.channel
left join channel_mean on channel_mean.channel = channels.channel and channel_mean.is_directed = (series.series like '%>%')
