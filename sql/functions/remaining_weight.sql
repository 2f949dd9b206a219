-- remaining_weight(days): share of a mass that is left after that many days, 0 after 40 half-lives. What counts late has the weight that
-- it would have left by then if it had come in time, so that later values are the same as if it had.
create macro remaining_weight(days) as
case when days <= 40 * getvariable('half_life_days') then 2.0 ** (-days / getvariable('half_life_days')) else 0.0 end
