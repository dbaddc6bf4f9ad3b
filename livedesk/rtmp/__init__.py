"""RTMP and FLV without any I/O: bytes in, events and bytes out.

One implementation serves every role: the relay's ingest and tap (server), its uplinks (client), and
the sandbox's platform and encoder. Written from Adobe's "RTMP Specification 1.0", "Adobe Flash
Video File Format Specification 10.1" (annex E), "AMF 0", and the Veovera "Enhanced RTMP" v2
specification.

Network bytes never raise anything but `ProtocolError`.
"""
