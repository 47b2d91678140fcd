"""Gemini through google-genai, by `generateContent` or by Interactions."""
