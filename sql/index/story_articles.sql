-- The story of each article (story_links followed to the article that was known first), the day at whose end the article was known, and
-- the days on which it counts: for its story, and as an article read. Links lead to articles known before, so a story only grows. Of the
-- spellings of an owner the one known first is taken.
with recursive
-- From the first article of each story onwards, so that each article is met once. Circular links have no first article.
ends as (
    select distinct
        story_links.earlier_article_id as article_id,
        story_links.earlier_article_id as story_id
    from story_links
    anti join story_links as earlier_links on earlier_links.article_id = story_links.earlier_article_id
    union all
    select
        story_links.article_id,
        ends.story_id
    from ends
    inner join story_links on story_links.earlier_article_id = ends.article_id
),

known_articles as (
    select
        article_id,
        index_date,
        source,
        source_owner,
        greatest(index_date, first_seen_at::date) as known_on
    from articles
),

spellings as (
    select
        source_owner,
        owner_key(source_owner) as owner_key,
        min(known_on) as known_on
    from known_articles
    group by source_owner
),

owners as (
    select
        source_owner as spelling,
        first(source_owner) over (partition by owner_key order by known_on, source_owner) as source_owner
    from spellings
)

select
    known_articles.* replace (owners.source_owner as source_owner),
    coalesce(ends.story_id, known_articles.article_id) as story_id,
    coalesce(first_articles.index_date, known_articles.index_date) as story_date,
    count_day(coalesce(first_articles.index_date, known_articles.index_date), known_articles.known_on, archive_end.known_on) as counts_on,
    count_day(known_articles.index_date, known_articles.known_on, archive_end.known_on) as read_on
from known_articles
left join archive_end on true
inner join owners on owners.spelling = known_articles.source_owner
left join ends using (article_id)
left join known_articles as first_articles on first_articles.article_id = ends.story_id
