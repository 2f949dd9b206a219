-- What each source is expected to carry for each article read from it: its own rate in the baseline window, drawn towards the
-- rate of all sources together by the weight of eta articles. A story's mass is shared equally among the sources that ran it, whoever
-- owns them: rates are of sources, only breadth is of owners.
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

-- A window without an accepted article has no rate to expect: stop with a sentence instead of publishing infinite values.
read_in_all as (
    select
        case
            when coalesce(sum(article_count), 0) = 0
                then
                    error(
                        format(
                            'no article was accepted in the baseline window, {} to {}; give another with --baseline FROM:TO',
                            getvariable('baseline_from'), getvariable('baseline_to')
                        )
                    )
            else sum(article_count)
        end as article_count
    from articles_read
),

in_window as (
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

shared as (
    select
        in_window.series,
        in_window.channel,
        story_sources.source,
        sum(in_window.mass / story_sources.source_count) as mass,
        sum(in_window.mass_unweighted / story_sources.source_count) as mass_unweighted
    from in_window
    inner join story_sources on story_sources.story_id = in_window.story_id
    group by in_window.series, in_window.channel, story_sources.source
),

of_channel as (
    select
        channel,
        is_directed,
        getvariable('prior_stories') * avg(mass) as prior,
        getvariable('prior_stories') * avg(mass_unweighted) as prior_unweighted,
        sum(second_moment) / sum(mass) as dispersion,
        sum(mass_words) / sum(mass) as words_share
    from in_window
    group by channel, is_directed
),

story_counts as (
    select
        series,
        channel,
        count(*) as story_count
    from in_window
    group by series, channel
),

-- A direction of which the window holds nothing expects half a mean story of it: to expect nothing would make the first story infinite.
directed_total as (
    select
        series.series,
        channels.channel,
        coalesce(sum(shared.mass), any_value(coalesce(of_channel.prior, 1)) / getvariable('prior_stories') / 2) as mass,
        coalesce(sum(shared.mass_unweighted), any_value(coalesce(of_channel.prior_unweighted, 1)) / getvariable('prior_stories') / 2)
            as mass_unweighted
    from series
    cross join channels
    left join shared on shared.series = series.series and shared.channel = channels.channel
    left join of_channel on of_channel.channel = channels.channel and of_channel.is_directed
    where series.series like '%>%'
    group by series.series, channels.channel
),

of_all as (
    select
        totals.series,
        totals.channel,
        sum(totals.mass) / any_value(read_in_all.article_count) as rate,
        sum(totals.mass_unweighted) / any_value(read_in_all.article_count) as rate_unweighted
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
            mass_unweighted
        from directed_total
    ) as totals
    cross join read_in_all
    group by totals.series, totals.channel
),

read_by as (
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
    (coalesce(shared.mass, 0) + getvariable('eta') * of_all.rate) / (sources.article_count + getvariable('eta')) as rate,
    (coalesce(shared.mass_unweighted, 0) + getvariable('eta') * of_all.rate_unweighted)
    / (sources.article_count + getvariable('eta')) as rate_unweighted,
    sources.article_count,
    coalesce(story_counts.story_count, 0) as story_count,
    coalesce(of_channel.prior, 1) as prior,
    coalesce(of_channel.prior_unweighted, 1) as prior_unweighted,
    coalesce(of_channel.dispersion, 1) as prior_dispersion,
    coalesce(of_channel.words_share, 0.5) as words_share,
    getvariable('baseline_from') as baseline_from,
    getvariable('baseline_to') as baseline_to,
    read_by.lexicon_sha,
    read_by.extractor_version,
    getvariable('weights_sha') as weights_sha,
    getvariable('index_version') as index_version,
    getvariable('baseline_is_over') as is_frozen
from series
cross join channels
cross join sources
cross join read_by
left join shared on shared.series = series.series and shared.channel = channels.channel and shared.source = sources.source
inner join of_all on of_all.series = series.series and of_all.channel = channels.channel
left join story_counts on story_counts.series = series.series and story_counts.channel = channels.channel
left join of_channel on of_channel.channel = channels.channel and of_channel.is_directed = (series.series like '%>%')
