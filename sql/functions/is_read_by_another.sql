-- is_read_by_another(lexicon_sha, extractor, extractor_version, lexicons, readers): whether a signal was read with another lexicon or by
-- another reader than those that a baseline names (`lexicons` with blanks, `readers` with commas between them).
create macro is_read_by_another(lexicon_sha, extractor, extractor_version, lexicons, readers) as
not list_contains(string_split(lexicons, ' '), lexicon_sha)
or not list_contains(string_split(readers, ', '), extractor || ' ' || extractor_version)
