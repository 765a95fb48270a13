"""Tasks that check data: the use cases behind the operators.

They are a room of their own, because they join suites with partitions, quarantine and other tools, and none of those may know the others.
"""
