"""SQL that finds failing rows and sets them aside."""
