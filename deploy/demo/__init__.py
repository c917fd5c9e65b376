"""The demo story, told through the services' own HTTP commands by the people in it."""
