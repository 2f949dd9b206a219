-- asset: trade_signals
-- severity: critical
-- reason: every signal can be found in the published figures and is dated no earlier than the day they became public
select
    signals.signal_id,
    signals.trade_signal,
    signals.released_on,
    signals.evidence
from trade_signals as signals
where
    case signals.trade_signal
        when 'tariff_step'
            then not exists (
                select 1 from tariff_rates as rates
                where
                    rates.importer = signals.actor
                    and rates.exporter = signals.target
                    and rates.effective_date = signals.figure_date
                    and rates.rate_pct = signals.figure_after
                    and rates.released_on <= signals.released_on
            )
        when 'diversion'
            then 2 <> (
                select count(distinct if(flows.flow = 'imports', flows.partner, flows.reporter)) from trade_flows as flows
                where
                    if(flows.flow = 'imports', flows.reporter, flows.partner) = signals.actor
                    and if(flows.flow = 'imports', flows.partner, flows.reporter) in (signals.target, signals.diverted_to)
                    and flows.product = signals.product
                    and flows.reference_month = signals.figure_date
                    and flows.released_on <= signals.released_on
            )
        else not exists (
            select 1 from trade_flows as flows
            where
                if(flows.flow = 'imports', flows.reporter, flows.partner) = signals.actor
                and if(flows.flow = 'imports', flows.partner, flows.reporter) = signals.target
                and flows.product = signals.product
                and flows.reference_month = signals.figure_date
                and flows.value_usd = signals.figure_after
                and flows.released_on <= signals.released_on
        )
    end
