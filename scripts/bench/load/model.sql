-- The world that is loaded, one row for each pair of a task and its answer. All follows from the
-- seed and the number of the pair (p). Ten pairs, 20 messages and 20 spans make a trace (t); k is
-- the place of a pair in it. An even pair is sent by the trace's orchestrator, the odd one after
-- it by the agent that works on the even one. Agents and partitions repeat every 2,000 pairs
-- (slots), so that the offsets of each partition can be told without counting.
-- Times are microseconds since 1970.
WITH
    ((salt, x) -> sipHash64({seed:UInt64}, salt, x)) AS pick,
    ((salt, x) -> pick(salt, x) % 1000000 / 1e6) AS share,
    ((salt, x) -> sipHash128({seed:UInt64}, salt, x)) AS wide,
    ((salt, x) -> toString(reinterpretAsUUID(wide(salt, x)))) AS uuid,
    ((salt, x) -> substring(lower(hex(wide(salt, x))), 1, 16)) AS span_id,
    ((micros) -> fromUnixTimestamp64Micro(micros, 'UTC')) AS time,
    ((micros) -> replaceOne(toString(time(micros)), ' ', 'T')) AS iso,
    ['Orchestrator', 'Researcher', 'Writer', 'Coder', 'Reviewer', 'Planner', 'Code Helper',
     'Translator', 'Summarizer', 'Fact Checker', 'Data Analyst', 'Librarian', 'Tester', 'Designer',
     'Negotiator', 'Scheduler', 'Router', 'Critic', 'Archivist', 'Support Desk'] AS roles,
    ((agent) -> concat(roles[agent % 20 + 1], if(agent < 20, '', concat(' ', toString(intDiv(agent, 20) + 1))))) AS name,
    ((agent) -> replaceAll(lower(name(agent)), ' ', '-')) AS slug,
    -- Agent 1 gets a fifth of all tasks, agents from 180 on one in 2,000.
    ((slot) -> toUInt8(multiIf(
        (slot * 977) % 2000 < 200, (slot * 977) % 2000,
        (slot * 977) % 2000 < 600, 1,
        1 + floor(179 * pow(share('target', slot), 2))))) AS target_of,
    -- Those whose latest tasks still wait; of the agents from 190 on nobody is left.
    ((agent) -> agent = 1 OR agent % 13 = 5 OR agent BETWEEN 190 AND 192) AS is_behind,
    ((salt, e) -> toInt64(1e6 * (0.2 - 2 * log(1 - share(salt, e))) * if(pick('slow', e) % 100 = 0, 15, 1))) AS work,
    ((salt, e) -> toInt64(1e6 * (0.005 + 0.3 * pow(share(salt, e), 3)))) AS wait,
    {start:Int64} AS start,
    {end:Int64} AS end,
    intDiv({messages:UInt64}, 20) AS traces,
    ((t) -> start + toInt64((t + share('start', t)) / traces * (end - start - 30000000))) AS trace_start,
    ['1.4.0', '1.4.1', '1.5.0', '1.5.1', '1.6.0', '2.0.0-rc1'] AS releases,
    slots AS
    (
        SELECT
            toUInt64(number) AS slot,
            target_of(slot) AS target,
            if(slot % 2 = 1, target_of(slot - 1), toUInt8(20 * (pick('orchestrator', intDiv(slot, 10)) % 10))) AS source
        FROM numbers(2000)
    ),
    -- Each record of a slot: the task (side 0), the answer (1), and a copy of one record in 100.
    positions AS
    (
        SELECT
            slot,
            side,
            copy,
            if(side = 0, target, source) AS queue,
            pick(if(side = 0, 'task partition', 'answer partition'), slot) % 3 AS partition,
            row_number() OVER (PARTITION BY queue, partition ORDER BY slot, side, copy) - 1 AS rank,
            count() OVER (PARTITION BY queue, partition) AS each_cycle
        FROM slots
        ARRAY JOIN [0, 0, 1, 1] AS side, [0, 1, 0, 1] AS copy
        WHERE copy = 0
            OR slot % 50 = pick('copied slot', intDiv(slot, 50)) % 50 AND side = pick('copied side', intDiv(slot, 50)) % 2
    ),
    pairs AS
    (
        SELECT
            toUInt64(number) AS p,
            intDiv(p, 10) AS t,
            p % 10 AS k,
            intDiv(p, 2) AS e,
            p % 2000 AS slot,
            target,
            source,
            uuid('task', p) AS task_id,
            uuid('answer', p) AS answer_id,
            lower(hex(wide('trace', t))) AS trace_id,
            uuid('conversation', intDiv(t, 3)) AS conversation_id,
            trace_start(t) AS started,
            started + intDiv(k, 2) * 800000 + 2000 AS even_sent,
            even_sent + wait('wait a', e) AS even_begun,
            least(end, if(k % 2 = 0, even_sent, even_begun + intDiv(work('work a', e) * 3, 10))) AS sent,
            least(end, if(k % 2 = 0, even_begun, sent + wait('wait b', e))) AS begun,
            least(end, if(k % 2 = 0, even_begun + work('work a', e) + wait('wait b', e), begun) + work('work b', e)) AS ended,
            least(end, 30000 + arrayMax(i -> started + i * 800000 + 2000 + wait('wait a', t * 5 + i)
                + work('work a', t * 5 + i) + wait('wait b', t * 5 + i) + work('work b', t * 5 + i), range(5))) AS trace_ended,
            -- One answer in 100 comes hours late, one in 300 by a clock that is behind.
            multiIf(
                pick('late', p) % 100 = 0, least(end, ended + 3600000000 + toInt64(pick('how late', p) % 10800000000)),
                pick('skewed', p) % 300 = 0, sent - 20000,
                least(end, ended + 1500)) AS answered,
            p % 50 = pick('failing', intDiv(p, 50)) % 50 AS is_failed,
            NOT is_failed AND if(is_behind(target), p >= {waiting_from:UInt64}, pick('open', p) <= {open_below:UInt64}) AS is_open,
            is_open AND NOT is_behind(target) AND pick('claimed', p) % 2 = 0 AS is_claimed,
            multiIf(is_failed, 'error', is_open, 'heartbeat', pick('cancelled', p) % 200 = 0, 'cancel', 'result') AS answer_type,
            ['normal', 'normal', 'normal', 'normal', 'normal', 'normal', 'high', 'high', 'low', 'critical'][pick('priority', p) % 10 + 1] AS priority,
            multiIf(pick('ttl', p) % 10 = 0, 600, pick('ttl', p) % 10 < 3, 86400, 0) AS ttl,
            t % 100 = 7 AS is_json,
            t + {running:UInt64} >= traces AS is_running,
            releases[1 + least(5, intDiv((sent - start) * 6, end - start + 1))] AS release,
            -- 300 ways to fail, some often and some rarely; the last ten are new since yesterday.
            toUInt16(300 * pow(share('way', p), 2)) AS any_way,
            if(any_way >= 290 AND sent < end - 86400000000, any_way - 290, any_way) AS way,
            uuid('error', p) AS error_id,
            ['the vector index', 'the planner', 'the browser', 'the file store', 'the mail gateway',
             'the calendar', 'the payment service', 'the code runner', 'the translator',
             'the knowledge graph', 'the web search', 'the ticket system', 'the prompt cache',
             'the document parser', 'the speech service'][intDiv(way, 20) + 1] AS component,
            ['TimeoutError', 'ConnectionError', 'ValueError', 'KeyError', 'RateLimitError',
             'PermissionError', 'FileNotFoundError', 'JSONDecodeError', 'ContextLengthError',
             'ValidationError', 'ToolError', 'MemoryError', 'HandoffError', 'ContentFilterError',
             'AuthenticationError', 'TimeoutError', 'ConnectionError', 'ValueError', 'RuntimeError',
             'SchemaError'][way % 20 + 1] AS error_type,
            ['timeout_error', 'network_error', 'validation_error', 'validation_error', 'llm_error',
             'tool_error', 'resource_error', 'validation_error', 'llm_error', 'validation_error',
             'tool_error', 'resource_error', 'handoff_error', 'llm_error', 'config_error',
             'timeout_error', 'network_error', 'validation_error', 'agent_error', 'validation_error'][way % 20 + 1] AS category,
            concat(component, [
                ' did not answer within {n} s for request {id}',
                ' closed the connection to 10.0.{n}.{n}:{port} after {n} bytes',
                ' got {n} items where at most {n} are allowed, in "{word}-{n}"',
                ' has no entry ''{word}-{hex}''',
                ' allows {n} requests a minute; try again in {n}.{n} s (request {id})',
                ' refused access to /srv/data/{word}/{n}/report-{n}.json',
                ' found no file /tmp/work-{hex}/{word}.txt',
                ' gave no JSON at line {n} column {n} (char {n})',
                ' takes {n} tokens but {n} were given in conversation {id}',
                ' rejected field `{word}_{n}` of message {id}',
                ' ended with exit code {n}: object at 0x{hex} is gone',
                ' could not allocate {n} MiB for batch {n}',
                ' found nobody who takes task {id}',
                ' filtered the answer, score 0.{n} above 0.{n}',
                ' does not know key sk-{hex}',
                ' was silent for {n} ms while "{word} {n}" was read from /var/spool/{word}/{n}',
                ' lost peer {hex} after {n} retries',
                ' cannot read date ''{n}-13-{n}''',
                ' is in state {n} after {n} steps of run {id}',
                ' expected version {n} of {word}.schema but got version {n}'][way % 20 + 1]) AS template,
            arrayFold((text, i) -> replaceOne(text, '{n}', toString(1 + pick('number', p * 8 + i) % 900)),
                range(4), template) AS numbered,
            replaceAll(replaceAll(replaceAll(replaceAll(numbered,
                '{id}', uuid('named', p)),
                '{hex}', concat(toString(pick('digit', p) % 10), substring(lower(hex(wide('hex', p))), 1, 15))),
                '{port}', toString(1024 + pick('port', p) % 60000)),
                '{word}', ['alpha', 'beta', 'gamma', 'delta', 'omega'][pick('word', p) % 5 + 1]) AS error_message,
            concat('Traceback (most recent call last):\n  File "/usr/lib/python3.12/asyncio/tasks.py", line ', toString(300 + pick('line', p) % 200),
                ', in wait_for\n    return await fut\n  File "/app/agents/', slug(target), '/main.py", line ', toString(40 + pick('release line', release) % 20),
                ', in handle\n    return self.step(task)\n  File "/app/tools/', replaceAll(substring(component, 5), ' ', '_'), '/client.py", line ', toString(80 + way),
                ', in call_', toString(way % 20), '\n    raise ', error_type, '\n', error_type, ': ', error_message, '\n') AS stack
        FROM numbers({first:UInt64}, {count:UInt64}) AS n
        INNER JOIN slots ON slots.slot = n.number % 2000
    )
