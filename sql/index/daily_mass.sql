-- Observed and expected mass of every day from the first to the last one read. A day on which nothing was read expects nothing and
-- observes nothing, so the filter carries it forward with growing uncertainty: not read is not zero.
-- Sums are of decimals, which are exact in any order, and products of lists in one order.
-- threads: all
with read_by_source as materialized ( -- one file a day: opened once, not for each use
    select
        index_date,
        source,
        accepted
    from coverage
),

days as (
    select unnest(generate_series(min(index_date), max(index_date), interval 1 day))::date as index_date
    from read_by_source
),

sources as (
    select distinct source
    from read_by_source
),

listed as (
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
    from listed
),

observed as (
    select
        story_mass.index_date,
        series.series_no,
        sum(story_mass.mass::decimal(18, 15))::double as mass,
        sum(story_mass.mass_words::decimal(18, 15))::double as mass_words,
        sum(story_mass.mass_actions::decimal(18, 15))::double as mass_actions,
        sum(story_mass.mass_unweighted::decimal(18, 15))::double as mass_unweighted,
        sum(story_mass.second_moment::decimal(18, 12))::double as second_moment,
        count(*) as story_count,
        sum(story_mass.signal_count) as signal_count,
        sum(story_mass.article_count) as article_count
    from story_mass
    inner join series on series.series = story_mass.series and series.channel = story_mass.channel
    group by story_mass.index_date, series.series_no
),

-- What one article of each source leads to expect of a series; a source without a baseline has the rate of any.
rates as (
    select
        series.series_no,
        list(coalesce(own.rate, of_any.rate) order by sources.source) as rates,
        list(coalesce(own.rate_unweighted, of_any.rate_unweighted) order by sources.source) as rates_unweighted
    from sources
    cross join series
    left join baseline as own
        on own.series = series.series and own.channel = series.channel and own.source = sources.source
    inner join baseline as of_any
        on of_any.series = series.series and of_any.channel = series.channel and of_any.source = '(any)'
    group by series.series_no
),

-- Articles of each source in the same order, 0 where none was read.
articles as (
    select
        days.index_date,
        list(coalesce(read_by_source.accepted, 0)::double order by sources.source) as article_counts,
        sum(coalesce(read_by_source.accepted, 0)) as articles_read
    from days
    cross join sources
    left join read_by_source on read_by_source.index_date = days.index_date and read_by_source.source = sources.source
    group by days.index_date
),

-- A sum over sources is the product of two lists: several times faster than a join of days, sources and series.
expected as (
    select
        articles.index_date,
        rates.series_no,
        list_inner_product(articles.article_counts, rates.rates) as mass,
        list_inner_product(articles.article_counts, rates.rates_unweighted) as mass_unweighted,
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
    coalesce(observed.second_moment, 0) as second_moment,
    expected.mass as expected,
    expected.mass_unweighted as expected_unweighted,
    coalesce(observed.story_count, 0) as story_count,
    coalesce(observed.signal_count, 0) as signal_count,
    coalesce(observed.article_count, 0) as article_count,
    expected.articles_read
from expected
inner join series on series.series_no = expected.series_no
left join observed on observed.index_date = expected.index_date and observed.series_no = expected.series_no
