"""Running a suite by partitions."""
