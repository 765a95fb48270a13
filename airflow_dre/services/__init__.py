"""The use cases: functions that join checks, engines, the store and channels."""
