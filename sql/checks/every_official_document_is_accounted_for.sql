-- asset: official_signals
-- severity: critical
-- reason: each document that was read has one row, with its acts or with the reason why it has none
with acts as (
    select
        document_number,
        index_date,
        count(*) as act_count
    from official_signals
    group by document_number, index_date
),

document_counts as (
    select
        documents.raw_id,
        documents.document_outcome,
        documents.act_count,
        coalesce(acts.act_count, 0) as stored_act_count
    from official_documents as documents
    left join acts
        on
            acts.document_number = documents.document_number
            and acts.index_date = documents.index_date
            and documents.document_outcome = 'acts'
)

select
    raw_id,
    document_counts.document_outcome,
    document_counts.act_count,
    document_counts.stored_act_count
from raw_official_documents
full outer join document_counts using (raw_id)
where
    raw_official_documents.raw_id is null
    or document_counts.raw_id is null
    or document_counts.act_count != document_counts.stored_act_count
    or (document_counts.document_outcome = 'acts') != (document_counts.act_count > 0)
