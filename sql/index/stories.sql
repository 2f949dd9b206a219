-- Stories with a signal: day, source, link and hash of the text of the first article, number of owners, breadth. Breadth grows with the
-- logarithm of the number of owners, not articles: a group that prints a story in ten papers counts once.
with stories_with_signal as (
    select distinct members.story_id
    from findings
    inner join story_articles as members using (article_id)
),

story_counts as (
    select
        story_articles.story_id,
        min(story_articles.counts_on) as counts_on,
        count(*) as article_count,
        count(distinct story_articles.source_owner) as source_owner_count
    from stories_with_signal
    inner join story_articles using (story_id)
    group by story_articles.story_id
)

select
    story_counts.story_id,
    articles.index_date,
    story_counts.counts_on,
    articles.first_seen_at,
    articles.source,
    articles.url,
    articles.text_sha256 as headline_sha256,
    story_counts.source_owner_count,
    story_counts.article_count,
    breadth(story_counts.source_owner_count) as breadth
from story_counts
inner join articles on articles.article_id = story_counts.story_id
