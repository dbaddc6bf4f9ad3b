"""The sandbox's encoder: a picture and a sound worth looking at, pushed over RTMP in real time."""
