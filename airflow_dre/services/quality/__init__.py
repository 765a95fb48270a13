"""Running a suite."""
