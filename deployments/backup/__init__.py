"""The portal as one file, and back: database, files of evidence, and the key it made itself."""
