-- Of these topics those that a group committed something new on within the hour.
SELECT topic
FROM consumer_commits(at = {at:DateTime64(9, 'UTC')})
WHERE topic IN {topics:Array(String)}
GROUP BY topic
HAVING max(committed_at) >= {now:DateTime64(9, 'UTC')} - INTERVAL 1 HOUR
