"""The observer: reads what Kafka knows, and keeps open tasks, rollups and gaps in order."""
