"""How is a platform called? Warm connections, sign-ins and signatures, whatever it is asked for."""
