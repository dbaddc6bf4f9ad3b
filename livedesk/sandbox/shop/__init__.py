"""The sandbox's shop: a live room in which products are shown, behind three protocols."""
