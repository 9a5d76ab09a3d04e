    -- A trace has a root and a plan, and a send, a work and an inner span for each of its first
    -- six pairs. Nobody works on an open task: its sender reflects instead.
    , all_spans AS
    (
        SELECT
            *,
            part,
            multiIf(part = 'root', 'agent', part = 'plan', 'planning', part = 'send', 'handoff', is_open, 'reflection',
                part = 'work', 'agent', pick('llm', p) % 5 < 3, 'llm_call', pick('llm', p) % 5 = 3, 'tool', 'task') AS kind,
            if(kind IN ('planning', 'handoff', 'reflection') OR part = 'root', source, target) AS agent,
            span_id(part, if(part IN ('root', 'plan'), t, p)) AS own_id,
            multiIf(
                part = 'root', '',
                part = 'plan' OR k % 2 = 0 AND (part = 'send' OR kind = 'reflection'), span_id('root', t),
                part = 'send' OR kind = 'reflection', span_id('work', p - 1),
                part = 'work', span_id('send', p),
                span_id('work', p)) AS parent_id,
            multiIf(part IN ('root', 'plan'), started, part = 'send', sent - 1000, part = 'work', begun, begun + 5000) AS span_started,
            multiIf(part = 'root', trace_ended, part = 'plan', started + 1900, part = 'send', sent + 1500, part = 'work', ended,
                greatest(begun + 5001, begun + intDiv((ended - begun) * 8, 10))) AS span_ended,
            is_running AND (part = 'root' OR kind = 'reflection') AS has_not_ended,
            part IN ('work', 'inner') AND is_failed AS has_failed,
            has_failed AND part = 'inner' AND pick('event', p) % 3 = 0 AS has_event,
            ['gpt-5.2', 'claude-opus-5', 'gemini-3-pro', 'mistral-large-3', 'llama-4-70b'][pick('model', intDiv(p, 7)) % 5 + 1] AS model,
            ['openai', 'anthropic', 'gcp.gemini', 'mistral_ai', 'groq'][pick('model', intDiv(p, 7)) % 5 + 1] AS provider,
            ['search_web', 'read_file', 'run_code', 'query_database', 'send_mail'][pick('tool', p) % 5 + 1] AS tool,
            concat('agent-queue-', slug(target)) AS queue_topic,
            multiIf(
                part = 'root', concat('invoke_agent ', name(agent)),
                kind = 'planning', 'plan',
                kind = 'handoff', concat('send ', queue_topic),
                kind = 'reflection', 'reflect',
                part = 'work', concat('process ', queue_topic),
                kind = 'llm_call', concat('chat ', model),
                kind = 'tool', concat('execute_tool ', tool),
                'prepare answer') AS span_name,
            50 + pick('input', p) % 8000 AS input_tokens,
            10 + pick('output', p) % 1500 AS output_tokens,
            mapFilter((key, value) -> value != '', map(
                'gen_ai.agent.name', name(agent),
                'gen_ai.agent.id', slug(agent),
                'gen_ai.conversation.id', conversation_id,
                'agent_telemetry.span.kind', kind,
                'gen_ai.operation.name', multiIf(part = 'root' OR part = 'work' AND kind = 'agent', 'invoke_agent', kind = 'planning', 'plan',
                    kind = 'llm_call', 'chat', kind = 'tool', 'execute_tool', ''),
                'messaging.system', if(kind = 'handoff' OR part = 'work' AND kind = 'agent', 'kafka', ''),
                'messaging.destination.name', if(kind = 'handoff' OR part = 'work' AND kind = 'agent', queue_topic, ''),
                'messaging.message.id', if(kind = 'handoff' OR part = 'work' AND kind = 'agent', task_id, ''),
                'gen_ai.request.model', if(kind = 'llm_call', model, ''),
                'gen_ai.response.model', if(kind = 'llm_call', model, ''),
                'gen_ai.provider.name', if(kind = 'llm_call', provider, ''),
                'gen_ai.usage.input_tokens', if(kind = 'llm_call', toString(input_tokens), ''),
                'gen_ai.usage.output_tokens', if(kind = 'llm_call', toString(output_tokens), ''),
                'gen_ai.usage.cost', if(kind = 'llm_call' AND pick('priced', p) % 2 = 0, toString(round(input_tokens * 3e-6 + output_tokens * 15e-6, 6)), ''),
                'gen_ai.tool.name', if(kind = 'tool', tool, ''),
                'error.type', if(has_failed, error_type, ''))) AS attributes
        FROM pairs
        ARRAY JOIN multiIf(k < 6, ['send', 'work', 'inner'], k = 6, ['root', 'plan'], []) AS part
    )
