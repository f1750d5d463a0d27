"""The command line: thin doors that parse, make one call, and print.

One file a command or a small family. Heavy modules are imported where they are used, so that `autoflow check`
starts fast.
"""
