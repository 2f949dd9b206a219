-- Observed and expected mass of every day from the first to the last one read. A day without articles has neither, so the filter carries
-- values forward with growing uncertainty: a day that was not read is not a day without news.
-- Sums are of decimals, which are exact in any order, and products of lists in a fixed order.
-- threads: all
with articles_by_source as materialized ( -- opens the files of all days once instead of once for each use
    select
        index_date,
        source,
        accepted
    from coverage
),

days as (
    select unnest(generate_series(min(index_date), max(index_date), interval 1 day))::date as index_date
    from articles_by_source
),

sources as (
    select distinct source
    from articles_by_source
),

all_series as (
    select distinct
        series,
        channel
    from baseline
),

series as (
    select
        series,
        channel,
        row_number() over (order by series, channel)::integer as series_no
    from all_series
),

observed as (
    select
        story_mass.index_date,
        series.series_no,
        sum(story_mass.mass::decimal(18, 15))::double as mass,
        sum(story_mass.mass_words::decimal(18, 15))::double as mass_words,
        sum(story_mass.mass_actions::decimal(18, 15))::double as mass_actions,
        sum(story_mass.mass_unweighted::decimal(18, 15))::double as mass_unweighted,
        sum(story_mass.mass_bilateral::decimal(18, 15))::double as mass_bilateral,
        sum(story_mass.second_moment::decimal(18, 12))::double as second_moment,
        count(*) as story_count,
        sum(story_mass.signal_count) as signal_count,
        sum(story_mass.article_count) as article_count
    from story_mass
    inner join series on series.series = story_mass.series and series.channel = story_mass.channel
    group by story_mass.index_date, series.series_no
),

-- Expected mass of a series for one article of each source; a source without a baseline has the rate of all sources.
rates as (
    select
        series.series_no,
        list(coalesce(own_source.rate, any_source.rate) order by sources.source) as rates,
        list(coalesce(own_source.rate_unweighted, any_source.rate_unweighted) order by sources.source) as rates_unweighted,
        list(coalesce(own_source.rate_bilateral, any_source.rate_bilateral) order by sources.source) as rates_bilateral
    from sources
    cross join series
    left join baseline as own_source
        on own_source.series = series.series and own_source.channel = series.channel and own_source.source = sources.source
    inner join baseline as any_source
        on any_source.series = series.series and any_source.channel = series.channel and any_source.source = '(any)'
    group by series.series_no
),

-- Article counts of each source in the same order, 0 if none was read.
articles as (
    select
        days.index_date,
        list(coalesce(articles_by_source.accepted, 0)::double order by sources.source) as article_counts,
        sum(coalesce(articles_by_source.accepted, 0)) as articles_read
    from days
    cross join sources
    left join articles_by_source on articles_by_source.index_date = days.index_date and articles_by_source.source = sources.source
    group by days.index_date
),

-- A sum over sources as an inner product of lists: several times faster than joining days, sources and series.
expected as (
    select
        articles.index_date,
        rates.series_no,
        list_inner_product(articles.article_counts, rates.rates) as mass,
        list_inner_product(articles.article_counts, rates.rates_unweighted) as mass_unweighted,
        list_inner_product(articles.article_counts, rates.rates_bilateral) as mass_bilateral,
        articles.articles_read
    from articles
    cross join rates
)

select
    expected.index_date,
    series.series,
    series.channel,
    coalesce(observed.mass, 0) as observed,
    coalesce(observed.mass_words, 0) as observed_words,
    coalesce(observed.mass_actions, 0) as observed_actions,
    coalesce(observed.mass_unweighted, 0) as observed_unweighted,
    coalesce(observed.mass_bilateral, 0) as observed_bilateral,
    coalesce(observed.second_moment, 0) as second_moment,
    expected.mass as expected,
    expected.mass_unweighted as expected_unweighted,
    expected.mass_bilateral as expected_bilateral,
    coalesce(observed.story_count, 0) as story_count,
    coalesce(observed.signal_count, 0) as signal_count,
    coalesce(observed.article_count, 0) as article_count,
    expected.articles_read
from expected
inner join series on series.series_no = expected.series_no
left join observed on observed.index_date = expected.index_date and observed.series_no = expected.series_no
