"""The page of the alarms: which are there, what is to be done, and who has seen them."""
