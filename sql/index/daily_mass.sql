-- Observed and expected mass of every day from the first to the last one read. A day on which nothing was read expects nothing and
-- observes nothing, so the filter carries it forward with growing uncertainty: not read is not zero.
with days as (
    select unnest(generate_series(min(index_date), max(index_date), interval 1 day))::date as index_date
    from coverage
),

named as (
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
    from named
),

observed as (
    select
        index_date,
        series,
        channel,
        sum(mass) as mass,
        sum(mass_words) as mass_words,
        sum(mass_actions) as mass_actions,
        sum(mass_unweighted) as mass_unweighted,
        sum(second_moment) as second_moment,
        count(*) as story_count,
        sum(signal_count) as signal_count,
        sum(article_count) as article_count
    from story_mass
    group by index_date, series, channel
),

-- What one article of a source leads to expect of a series; a source without a baseline has the rate of any.
rates as (
    select
        sources.source,
        series.series_no,
        coalesce(own.rate, of_any.rate) as rate,
        coalesce(own.rate_unweighted, of_any.rate_unweighted) as rate_unweighted
    from (select distinct source from coverage) as sources
    cross join series
    left join baseline as own
        on own.series = series.series and own.channel = series.channel and own.source = sources.source
    inner join baseline as of_any
        on of_any.series = series.series and of_any.channel = series.channel and of_any.source = '(any)'
),

-- The largest step: days x sources x series. A number is grouped by faster than two words.
expected as (
    select
        coverage.index_date,
        rates.series_no,
        sum(coverage.accepted * rates.rate) as mass,
        sum(coverage.accepted * rates.rate_unweighted) as mass_unweighted,
        sum(coverage.accepted) as articles_read
    from coverage
    inner join rates on rates.source = coverage.source
    group by coverage.index_date, rates.series_no
)

select
    days.index_date,
    series.series,
    series.channel,
    coalesce(observed.mass, 0) as observed,
    coalesce(observed.mass_words, 0) as observed_words,
    coalesce(observed.mass_actions, 0) as observed_actions,
    coalesce(observed.mass_unweighted, 0) as observed_unweighted,
    coalesce(observed.second_moment, 0) as second_moment,
    coalesce(expected.mass, 0) as expected,
    coalesce(expected.mass_unweighted, 0) as expected_unweighted,
    coalesce(observed.story_count, 0) as story_count,
    coalesce(observed.signal_count, 0) as signal_count,
    coalesce(observed.article_count, 0) as article_count,
    coalesce(expected.articles_read, 0) as articles_read
from days
cross join series
left join observed
    on observed.index_date = days.index_date and observed.series = series.series and observed.channel = series.channel
left join expected
    on expected.index_date = days.index_date and expected.series_no = series.series_no
