-- Every threat with a sentence that says it, and what became of it, with the sentence or the official act that shows it.
select
    threats.first_on,
    threats.actor,
    threats.target,
    threats.scope,
    threats.instrument,
    threats.product,
    threats.threat_form,
    threats.rate_pct,
    threats.amount_usd,
    threats.deadline_on,
    threats.said_days,
    threats.last_on,
    threats.threat_outcome,
    threats.outcome_on,
    threats.outcome_rate_pct,
    threats.outcome_amount_usd,
    threats.days_to_outcome,
    threats.outcome_basis,
    round(threats.probability, 2) as probability,
    threats.tier,
    round(threats.outcome_probability, 2) as outcome_probability,
    threats.outcome_tier,
    said.quote,
    said.source,
    said.url,
    shown.quote as outcome_quote,
    shown.url as outcome_url,
    acts.legal_source as outcome_act,
    acts.url as outcome_act_url,
    threats.threat_id
from threats
inner join signals as said on said.signal_id = left(threats.signal_ids, 16)
left join signals as shown on shown.signal_id = left(threats.outcome_signal_ids, 16)
left join (
    select distinct
        act_id,
        legal_source,
        url
    from measure_acts
) as acts on acts.act_id = threats.outcome_act_id
