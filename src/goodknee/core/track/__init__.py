"""What the runner tells of the knee, day by day, and whether it is getting better."""
