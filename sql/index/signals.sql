-- Every finding with the story of its article and the day on which it counts. A finding is what the extractor reads in one sentence.
select
    findings.*,
    story_articles.story_id,
    story_articles.counts_on
from findings
inner join story_articles using (article_id)
