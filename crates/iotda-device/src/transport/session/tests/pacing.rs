//! Attempts wait for their time, whoever asks: on a virtual clock, against a platform that nobody reaches.
