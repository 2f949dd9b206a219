-- What the end of each day added to the masses of the days that were still open. One row for each day of knowledge (known_on), day, series
-- and channel. For stories: their mass from the articles known then, minus their mass before. For expected mass: the articles seen then
-- times the rate of their source. Masses are linear in arrivals, so the index as known on a day is the filter over all arrivals until then.
-- Sums are of decimals, which are exact in any order.
with counted as (
    select
        pair_signals.*,
        story_articles.known_on
    from pair_signals
    inner join story_articles using (article_id)
    where not pair_signals.is_repeat
),

-- Signals known by then; place 1 is the heaviest of its story, direction, kind and instrument, by the order of story_mass.
ranked as (
    select
        counted.story_id,
        counted.actor,
        counted.target,
        counted.pair,
        counted.channel,
        counted.probability,
        counted.weight,
        story_known.known_on,
        story_known.index_date,
        story_known.weight as remaining_weight,
        story_known.breadth,
        row_number() over (
            partition by
                counted.story_id, story_known.known_on, counted.actor, counted.target, counted.channel, counted.kind, counted.instrument
            order by counted.probability * counted.weight desc, counted.published_at asc, counted.signal_id asc
        ) as place
    from counted
    inner join story_known on story_known.story_id = counted.story_id and counted.known_on <= story_known.known_on
),

in_series as (
    select
        *,
        unnest([actor || '>' || target, pair]) as series
    from ranked
    where place = 1
),

masses as (
    select
        story_id,
        known_on,
        index_date,
        remaining_weight,
        series,
        channel,
        sum((breadth * probability * weight)::decimal(18, 15)) as mass,
        sum((probability * (1 - probability) * (breadth * weight) ** 2)::decimal(18, 15))::double as variance
    from in_series
    group by story_id, known_on, index_date, remaining_weight, series, channel
),

with_before as (
    select
        *,
        lag(index_date) over story as index_date_before,
        coalesce(lag(mass) over story, 0) as mass_before,
        coalesce(lag(mass::double ** 2 + variance) over story, 0) as second_moment_before
    from masses
    window story as (partition by story_id, series, channel order by known_on)
),

story_arrivals as (
    select
        known_on,
        index_date,
        series,
        channel,
        remaining_weight * (mass - mass_before)::double as observed,
        remaining_weight ** 2
        * case
            when index_date_before = index_date then mass::double ** 2 + variance - second_moment_before
            when mass > mass_before then greatest((mass - mass_before)::double ** 2, mass::double ** 2 + variance - second_moment_before)
            else 0
        end as second_moment
    from with_before
    where remaining_weight > 0
),

-- Articles seen after their day; all others that coverage counts were known on their day.
late_articles as (
    select
        known_on,
        read_on,
        index_date,
        source,
        count(*) as article_count
    from story_articles
    where known_on > index_date
    group by known_on, read_on, index_date, source
),

articles_known as (
    select
        known_on,
        read_on as index_date,
        source,
        article_count,
        article_count * remaining_weight(read_on - index_date) as weight
    from late_articles
    union all
    select
        index_date as known_on,
        index_date,
        source,
        sum(article_count) as article_count,
        sum(article_count) as weight
    from (
        select
            index_date,
            source,
            accepted as article_count
        from coverage
        union all
        select
            index_date,
            source,
            -article_count as article_count
        from late_articles
    ) as counts
    group by index_date, source
    having sum(article_count) > 0
),

arrivals as (
    select
        known_on,
        index_date,
        series,
        channel,
        observed,
        second_moment,
        0 as expected,
        0 as articles_read
    from story_arrivals
    union all
    select
        articles_known.known_on,
        articles_known.index_date,
        any_source.series,
        any_source.channel,
        0 as observed,
        0 as second_moment,
        articles_known.weight * coalesce(own_source.rate, any_source.rate) as expected,
        articles_known.article_count as articles_read
    from articles_known
    inner join daily_mass using (index_date)
    inner join baseline as any_source using (valid_from, series, channel)
    left join baseline as own_source
        on
            own_source.valid_from = any_source.valid_from
            and own_source.series = any_source.series
            and own_source.channel = any_source.channel
            and own_source.source = articles_known.source
    where any_source.source = '(any)'
    union all
    -- Every day of the calendar, also without articles.
    select
        index_date as known_on,
        index_date,
        series,
        channel,
        0 as observed,
        0 as second_moment,
        0 as expected,
        0 as articles_read
    from daily_mass
)

select
    known_on,
    index_date,
    series,
    channel,
    sum(observed::decimal(18, 15))::double as observed,
    sum(second_moment::decimal(18, 12))::double as second_moment,
    sum(expected::decimal(38, 18))::double as expected,
    sum(articles_read) as articles_read
from arrivals
where index_date <= (select max(daily_mass.index_date) from daily_mass)
group by known_on, index_date, series, channel
