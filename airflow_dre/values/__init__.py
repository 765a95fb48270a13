"""Values and what can be done with them: numbers, moments, texts, sketches, digests and names of datasets."""
