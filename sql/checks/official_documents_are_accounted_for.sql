-- asset: official_signals
-- severity: critical
-- reason: nothing that was read is lost: each document stands once with its acts or with the reason why it has none
with acts as (
    select
        document_number,
        index_date,
        count(*) as act_count
    from official_signals
    group by document_number, index_date
),

judged as (
    select
        documents.raw_id,
        documents.document_outcome,
        documents.act_count,
        coalesce(acts.act_count, 0) as acts_found
    from official_documents as documents
    left join acts
        on
            acts.document_number = documents.document_number
            and acts.index_date = documents.index_date
            and documents.document_outcome = 'acts'
)

select
    coalesce(raw_official_documents.raw_id, judged.raw_id) as raw_id,
    judged.document_outcome,
    judged.act_count,
    judged.acts_found
from raw_official_documents
full outer join judged on judged.raw_id = raw_official_documents.raw_id
where
    raw_official_documents.raw_id is null
    or judged.raw_id is null
    or judged.act_count != judged.acts_found
    or (judged.document_outcome = 'acts') != (judged.act_count > 0)
