-- series_of(pair): the three series of a pair, e.g. CHN-USA, CHN>USA and USA>CHN.
create macro series_of(pair) as
[pair, replace(pair, '-', '>'), split_part(pair, '-', 2) || '>' || split_part(pair, '-', 1)]
