"""How did a store stand at an instant of the past?"""
