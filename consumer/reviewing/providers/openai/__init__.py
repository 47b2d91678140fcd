"""OpenAI, or any server that speaks as it does, by Responses or by Chat Completions."""
