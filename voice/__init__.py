"""Voice: wake word, end-pointing, recognition, speech and the listening loop.

Nothing heavy loads here: import the module you need, such as `voice.asr` or `voice.tts`.
"""
