"""Where recipes are tried out before they meet people: simulation, recipe tests and the demo shop."""
