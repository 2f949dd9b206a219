-- asset: signals
-- severity: critical
-- reason: every signal can be traced: its quote is the text of its article between its offsets
select
    signals.signal_id,
    signals.article_id,
    signals.span_start,
    signals.span_end
from signals
left join articles using (article_id)
where
    articles.article_id is null
    or signals.quote
    is distinct from substring(
        articles.title || chr(10) || chr(10) || articles.body, signals.span_start + 1, signals.span_end - signals.span_start
    )
