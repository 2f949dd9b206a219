-- Stories that carry a signal. The first telling gives day, source and link; breadth grows with the logarithm of the owners
-- of the sources that carried it: one group that prints a story in ten papers is one voice.
with with_signal as (
    select distinct articles_of.story_id
    from findings
    inner join story_articles as articles_of on articles_of.article_id = findings.article_id
),

telling as (
    select
        story_articles.story_id,
        count(*) as article_count,
        count(distinct story_articles.source_owner) as source_owner_count
    from with_signal
    inner join story_articles on story_articles.story_id = with_signal.story_id
    group by story_articles.story_id
)

select
    telling.story_id,
    articles.index_date,
    articles.first_seen_at,
    articles.source,
    articles.url,
    articles.text_sha256 as headline_sha256,
    telling.source_owner_count,
    telling.article_count,
    1 + ln(least(telling.source_owner_count, getvariable('breadth_cap'))) as breadth
from telling
inner join articles on articles.article_id = telling.story_id
