-- Ended spans of OTLP that started in a window, however much is not worked out, or of a past time.
SELECT toInt64(sum(ended_otlp)) AS spans
FROM span_figures(at = {at:DateTime64(9, 'UTC')}, since = {since:DateTime64(9, 'UTC')}, until = {until:DateTime64(9, 'UTC')})
WHERE {agent:String} = '' OR agent = {agent:String}
