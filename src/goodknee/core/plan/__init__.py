"""What the runner does today and in the next weeks, decided from facts, the pack and a date."""
