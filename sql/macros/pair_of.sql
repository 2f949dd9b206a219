-- pair_of(text): the pair as it is written in all tables, from codes in either order: where pair = pair_of('USA-CHN') finds CHN-USA. Fails
-- for text that is not two codes with a hyphen between them.
create macro pair_of(text)
as case
    when len(string_split(text::varchar, '-')) = 2
        then array_to_string(list_sort(string_split(upper(replace(text::varchar, ' ', '')), '-')), '-')
    when text is not null
        then error('"' || text::varchar || '" is no pair of countries; write two ISO alpha-3 codes with a hyphen, e.g. USA-CHN')
end
