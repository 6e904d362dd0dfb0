"""What the measures must give, worked out a second time and another way.

`documents` writes purchasing documents (by hand, or at random); `measures` computes every measure of
DESIGN §3 from them in plain Python, without SQL; `on_sqlite` runs the app's own queries over them;
`three_ways` asks all of them at once. The unit tests compare on SQLite; the site tests use `documents` and
`measures` with MariaDB. Nothing here needs an ERP.
"""
