-- Purchase commitments as delivered, with days and months as dates instead of text.
select
    commitment_id,
    agreed_on::date as agreed_on,
    buyer,
    seller,
    reporter,
    product,
    promise,
    unit,
    promised_amount,
    baseline_year,
    (period_from || '-01')::date as period_from,
    (period_to || '-01')::date as period_to,
    source,
    note
from raw_commitments
