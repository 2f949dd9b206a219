-- asset: articles_read
-- severity: warning
-- reason: one source has over five times the articles of any day before, which pulls all values down; remove them, or choose a baseline
-- after this day if there will be more
with daily as (
    select
        index_date,
        sum(article_count) as article_count
    from articles_read
    group by index_date
),

history as (
    select
        index_date,
        min(index_date) over () as first_day,
        max(article_count) over (order by index_date rows between unbounded preceding and 1 preceding) as busiest_before
    from daily
)

select
    articles_read.index_date,
    articles_read.source,
    articles_read.article_count,
    history.busiest_before
from articles_read
inner join history on articles_read.index_date = history.index_date
where
    articles_read.article_count >= 100
    and articles_read.article_count > 5 * history.busiest_before
    and history.index_date >= history.first_day + 28 -- until the first baseline is complete, there is no level to compare with
