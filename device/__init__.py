"""The edges of Xiao Gao: audio, position, engine processes, model store, settings, service and CLI.

The one package where the others meet. Nothing here is imported by `nav`, `poi`, `voice` or `agent`.
"""
