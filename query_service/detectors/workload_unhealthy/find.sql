-- Deployments and StatefulSets whose pods restart, cannot start, or are fewer than wanted for longer than a rollout
-- takes, as the observer saw them. Of each thing the last state of each minute, or of longer for long windows.
WITH
    {since:DateTime64(9, 'UTC')} AS began,
    {at:DateTime64(9, 'UTC')} AS now,
    began - INTERVAL 15 MINUTE AS looked,
    greatest(60, intDiv(dateDiff('second', looked, now), 200)) AS slot_seconds,
    ['CrashLoopBackOff', 'ImagePullBackOff', 'ErrImageNeverPull', 'InvalidImageName', 'CreateContainerConfigError', 'CreateContainerError', 'RunContainerError', 'OOMKilled'] AS serious,
    text -> replaceAll(lower(splitByChar(':', text)[1]), ' ', '-') AS normalised,
    text -> replaceRegexpAll(lower(text), '[-_ ]', '') AS key_of,
    -- Agents by what is left of their names without dashes.
    (
        SELECT CAST((groupArray(key_of(toString(agent))), groupArray(toString(agent))), 'Map(String, String)')
        FROM (SELECT agent FROM agent_names WHERE agent != '' GROUP BY agent ORDER BY max(last_seen) LIMIT 10000)
    ) AS agents_known,
    -- Stretches of time in which something was bad that reach into the window: (from, to).
    states -> arrayFilter(s -> s.2 > began, arrayMap(run -> (run[1].1, run[-1].1), arrayFilter(run -> run[1].2,
        arraySplit((state, i) -> i > 1 AND state.2 != states[i - 1].2, states, arrayEnumerate(states))))) AS stretches,
    slots AS
    (
        SELECT
            toString(kind) AS thing, toString(t.namespace) AS space, t.name AS name, t.uid AS uid,
            intDiv(dateDiff('second', looked, t.observed_at), slot_seconds) AS slot,
            max(t.observed_at) AS seen_at,
            argMax(t.attributes, t.observed_at) AS state,
            argMax(t.is_gone, t.observed_at) AS has_gone,
            max(JSONExtractUInt(t.attributes, 'restarts')) AS restarts,
            min(JSONExtractUInt(t.attributes, 'restarts')) AS restarts_before,
            groupUniqArrayArrayIf(20)(arrayPushBack(
                arrayMap(c -> JSONExtractString(c, 'last_reason'), JSONExtractArrayRaw(t.attributes, 'containers')),
                JSONExtractString(t.attributes, 'reason')), kind = 'k8s.pod' AND t.observed_at > began) AS reasons
        FROM observed_things AS t
        WHERE kind IN ('k8s.deployment', 'k8s.statefulset', 'k8s.pod') AND t.observed_at > looked AND t.observed_at <= now AND t.name != '' AND NOT t.is_gone
        GROUP BY thing, space, name, uid, slot
    ),
    things AS
    (
        SELECT
            thing, space, name, uid,
            argMax(state, seen_at) AS last,
            arraySort(groupArray((seen_at, multiIf(
                thing = 'k8s.pod', NOT JSONExtractBool(state, 'ready') AND NOT JSONExtractBool(state, 'is_ending') AND JSONExtractString(state, 'phase') NOT IN ('Succeeded', 'Failed'),
                thing = 'k8s.deployment', JSONExtractUInt(state, 'available') < JSONExtractUInt(state, 'desired'),
                JSONExtractUInt(state, 'ready') < JSONExtractUInt(state, 'desired'))))) AS states,
            stretches(states) AS bad,
            arrayMax(arrayMap(s -> dateDiff('second', s.1, s.2), bad)) AS bad_seconds,
            arraySort(groupArray((seen_at, restarts, restarts_before))) AS counts,
            -- A pod that began in the window had none before.
            multiIf(
                counts[1].1 <= began, arrayMax(c -> if(c.1 <= began, c.2, 0), counts),
                ifNull(parseDateTimeBestEffortOrNull(JSONExtractString(last, 'started_at')) > toDateTime(began), false), 0,
                counts[1].3) AS restarts_first,
            if(thing = 'k8s.pod', greatest(counts[-1].2, restarts_first) - restarts_first, 0) AS restarted,
            arrayFirst(c -> c.1 > began AND c.2 > restarts_first, counts).1 AS restarted_from,
            arrayFilter(r -> r != '', arrayDistinct(groupArrayArray(reasons))) AS why,
            max(seen_at) AS seen_last
        FROM slots
        GROUP BY thing, space, name, uid
    ),
    workloads AS
    (
        SELECT
            space,
            multiIf(thing != 'k8s.pod', if(thing = 'k8s.deployment', 'Deployment', 'StatefulSet'), JSONExtractString(last, 'workload_kind')) AS owner_kind,
            if(thing != 'k8s.pod', name, if(JSONExtractString(last, 'workload') = '', name, JSONExtractString(last, 'workload'))) AS owner,
            argMaxIf(last, t.seen_last, thing != 'k8s.pod') AS told,
            maxIf(bad_seconds, thing != 'k8s.pod') AS missing_seconds,
            maxIf(bad_seconds, thing = 'k8s.pod') AS unready_seconds,
            sum(t.restarted) AS restarts,
            arrayFilter(r -> has(serious, r), arrayDistinct(groupArrayArray(if(thing = 'k8s.pod' AND (t.restarted > 0 OR notEmpty(bad)), why, [])))) AS reasons,
            arrayDistinct(groupArrayArray(if(thing = 'k8s.pod' AND (t.restarted > 0 OR notEmpty(bad)), why, []))) AS all_reasons,
            groupArrayIf(20)(name, thing = 'k8s.pod' AND (t.restarted > 0 OR notEmpty(bad))) AS pods,
            argMaxIf(arrayStringConcat(arrayMap(c -> JSONExtractString(c, 'message'), JSONExtractArrayRaw(last, 'containers')), ' '), t.seen_last, thing = 'k8s.pod' AND notEmpty(bad)) AS message,
            arrayFlatten([groupArrayArray(arrayFlatten(arrayMap(b -> [b.1, b.2], bad))), groupArrayIf(t.restarted_from, t.restarted > 0)]) AS times,
            max(t.seen_last) AS seen_last
        FROM things AS t
        GROUP BY space, owner_kind, owner
    ),
    judged AS
    (
        SELECT
            *,
            JSONExtractUInt(told, 'desired') AS desired,
            if(owner_kind = 'Deployment', JSONExtractUInt(told, 'available'), JSONExtractUInt(told, 'ready')) AS available,
            if(JSONExtractString(told, 'marks', 'name') = '', owner, trimBoth(JSONExtractString(told, 'marks', 'name'))) AS called,
            if(mapContains(agents_known, key_of(called)), agents_known[key_of(called)], normalised(called)) AS agent_name,
            has(reasons, 'OOMKilled') AND restarts > 0 AS is_oom,
            restarts >= {min_restarts:Float64} OR is_oom AS is_restarting,
            arrayFilter(r -> r != 'OOMKilled', reasons) AS cannot,
            told = '' OR desired > 0 AS is_wanted,
            arrayStringConcat(arrayFilter(t -> t != '', [
                if(is_restarting, concat(toString(restarts), ' restarts'), ''),
                arrayStringConcat(reasons, ', '),
                if(missing_seconds >= {min_seconds:Float64}, concat(toString(available), ' of ', toString(desired), ' pods available, fewer than wanted for ', toString(missing_seconds), ' s'), ''),
                if(unready_seconds >= {min_seconds:Float64} AND missing_seconds < {min_seconds:Float64}, concat('a pod is not ready for ', toString(unready_seconds), ' s'), '')]), ', ') AS problem
        FROM workloads
        WHERE owner_kind NOT IN ('Job', 'CronJob') AND is_wanted AND lower(JSONExtractString(told, 'marks', 'exclude')) != 'true'
            AND (is_restarting OR notEmpty(cannot) OR missing_seconds >= {min_seconds:Float64} OR unready_seconds >= {min_seconds:Float64})
    )
SELECT
    concat(space, '/', owner) AS subject,
    [agent_name] AS agents,
    multiIf(told != '' AND available = 0 AND seen_last > now - INTERVAL 3 MINUTE, 'critical', NOT is_restarting AND empty(cannot) AND available >= desired, 'medium', '') AS severity,
    multiIf(is_oom OR notEmpty(cannot), 0.95, is_restarting OR missing_seconds >= 2 * {min_seconds:Float64}, 0.9, 0.75) AS confidence,
    if(empty(times), now, greatest(arrayMin(times), looked)) AS first_seen,
    if(empty(times), now, arrayMax(times)) AS last_seen,
    CAST([], 'Array(String)') AS task_ids,
    CAST([], 'Array(String)') AS trace_ids,
    CAST([], 'Array(String)') AS error_ids,
    toUInt64(0) AS tasks,
    toUInt64(0) AS traces,
    toUInt64(0) AS errors,
    CAST((['restarts', 'pods_wanted', 'pods_available', 'missing_seconds', 'unready_seconds'],
        [toFloat64(restarts), if(told = '', nan, toFloat64(desired)), if(told = '', nan, toFloat64(available)), toFloat64(missing_seconds), toFloat64(unready_seconds)]), 'Map(String, Float64)') AS figures,
    CAST((['why', 'namespace', 'workload', 'kind', 'pod', 'reasons', 'message', 'image', 'max_memory', 'problem'],
        [problem, space, owner, lower(owner_kind), pods[1], arrayStringConcat(all_reasons, ', '), leftUTF8(trimBoth(message), 200),
        JSONExtractString(told, 'images', 1), JSONExtractString(told, 'max_memory'), leftUTF8(JSONExtractString(told, 'problem'), 200)]), 'Map(String, String)') AS facts
FROM judged
WHERE ({agent:String} = '' OR has(agents, {agent:String}))
ORDER BY confidence DESC, restarts DESC, subject
LIMIT {most:UInt32}
