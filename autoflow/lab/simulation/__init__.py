"""People played through the core again, counted, and told apart: what every look ahead stands on."""
