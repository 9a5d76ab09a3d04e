-- Spans that have every word, of all times, so many at most: a look into the index. With few of them all
-- of the window is looked at as soon as a part of it, and without any nothing.
SELECT count() AS found
FROM
(
    SELECT 1
    FROM span_outlines
    WHERE hasAllTokens(search_text, {words:Array(String)})
    LIMIT {limit:UInt32}
)
