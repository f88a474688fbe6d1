"""Invented answers to the mapping, whose shares are those that were published: demonstration data and nothing else."""
