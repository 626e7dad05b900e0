// Stands in for the real script, which would fill the places for advertisements.
