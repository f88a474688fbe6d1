"""How the map decides: filters, what is hidden, what is counted, how it is drawn. Plain values in, plain values out."""
