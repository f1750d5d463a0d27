"""The demo: the shipped workspace, a made-up shop's year, and the engine living through the last weeks of it."""
