"""The OpenRosa 1.0 doors: ODK Collect, KoboCollect and Enketo list forms, download them and send what was filled in."""
