"""The listening loop: ears, voice activity, endpoint, playback, echo."""
