"""The parts of Draw: who reads, the live answer, a closer look, what is kept and learned."""
