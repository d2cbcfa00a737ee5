"""What a model is and where it is kept: question, target, inputs, artifact, registry, promotion gate."""
