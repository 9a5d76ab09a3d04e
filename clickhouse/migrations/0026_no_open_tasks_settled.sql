-- The query service asks open_tasks and open_signs themselves: planning a view over both takes longer.

DROP VIEW IF EXISTS open_tasks_settled;
