"""The domain: vocabulary, source tables, policy, experiments and queues. Knows no machine learning and no HTTP."""
