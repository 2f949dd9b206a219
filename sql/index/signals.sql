-- Every finding with the story of its article.
select
    findings.*,
    story_articles.story_id
from findings
inner join story_articles on story_articles.article_id = findings.article_id
