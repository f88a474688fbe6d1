"""How an export is understood: pure, without a database, a clock or chance."""
