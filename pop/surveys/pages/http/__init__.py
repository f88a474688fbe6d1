"""The addresses of surveys at the public door."""
