-- Articles read from each source by the day on which they count: all accepted articles of the day, without those first seen when the day
-- was closed, which count later with less weight. Expected mass is the weight of these articles times the rate of their source in the
-- baseline. A source without articles on a day has no row.
-- Sums are of decimals, which are exact in any order.
-- threads: all
with late as (
    select
        source,
        index_date,
        read_on,
        count(*) as article_count
    from story_articles
    where read_on > index_date
    group by source, index_date, read_on
),

counted as (
    select
        index_date,
        source,
        accepted as article_count,
        accepted as weight
    from coverage
    union all
    select
        index_date,
        source,
        -article_count as article_count,
        -article_count as weight
    from late
    union all
    select
        read_on as index_date,
        source,
        article_count,
        article_count * remaining_weight(read_on - index_date) as weight
    from late
)

select
    index_date,
    source,
    sum(article_count) as article_count,
    sum(weight::decimal(38, 18))::double as weight
from counted
group by index_date, source
having sum(article_count) > 0
