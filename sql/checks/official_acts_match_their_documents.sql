-- asset: official_signals
-- severity: critical
-- reason: every act can be traced: its quote is the title of a document published on its day, and its day of effect is that of the
-- journal's own field, if there is one
select
    signals.signal_id,
    signals.document_number,
    signals.index_date,
    signals.effective_date,
    raw.effective_on
from official_signals as signals
left join official_documents as documents
    on
        documents.document_number = signals.document_number
        and documents.index_date = signals.index_date
        and documents.document_outcome = 'acts'
left join raw_official_documents as raw on raw.raw_id = documents.raw_id
where
    raw.raw_id is null
    or signals.quote is distinct from trim(regexp_replace(raw.title, '\s+', ' ', 'g'))
    or strftime(signals.index_date, '%Y-%m-%d') is distinct from raw.publication_date
    or (
        signals.status != 'proposed'
        and try_cast(raw.effective_on as date) is not null
        and signals.effective_date is distinct from try_cast(raw.effective_on as date)
    )
