"""Five agents that hand each other work: what a user copies to begin.

`python -m agent_sdk.sample_agents <orchestrator|researcher|writer|coder|reviewer>`
"""
