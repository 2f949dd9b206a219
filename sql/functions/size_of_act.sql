-- size_of_act(instrument, rate_pct, usual_rate_pct): factor on the severity of a tariff by its rate, from 1/2 (a quarter of the usual rate
-- or less) to 2 (four times the usual rate or more). 1 without a rate, for other instruments, and for kinds without a usual rate.
create macro size_of_act(instrument, rate_pct, usual_rate_pct) as
case
    when instrument = 'tariff' and rate_pct is not null and usual_rate_pct is not null
        then sqrt(least(4, greatest(0.25, rate_pct / usual_rate_pct)))
    else 1
end
