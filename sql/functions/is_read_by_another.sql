-- is_read_by_another(lexicon_sha, extractor, extractor_version, lexicons, readers): whether a signal was read with another lexicon or
-- reader than those of a baseline (`lexicons` separated by blanks, `readers` by commas).
create macro is_read_by_another(lexicon_sha, extractor, extractor_version, lexicons, readers) as
not list_contains(string_split(lexicons, ' '), lexicon_sha)
or not list_contains(string_split(readers, ', '), extractor || ' ' || extractor_version)
